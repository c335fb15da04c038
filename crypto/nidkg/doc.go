// Package nidkg is a draft.
package nidkg
