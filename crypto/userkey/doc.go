// Package userkey is the public keys that users sign requests with, and delegate to, in all the ways that the Internet
// Computer knows.
package userkey
