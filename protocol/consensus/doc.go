// Package consensus agrees on a chain of blocks with the other nodes of a subnet.
package consensus
