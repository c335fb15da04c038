package network

import (
	"icsim/protocol"
)

// A queue is one end's wire: what goes over it takes its turn. All bytes count in busy; small messages overtake
// large ones, as their packets go between those of other streams, and only wait for each other.
type queue struct {
	picosPerByte uint64 // 0: unlimited
	busy         protocol.Time
	small        protocol.Time
}

// SmallMessage is the size in bytes on the wire up to which a message counts as small: three packets.
const SmallMessage = 3 * (PacketPayload + PacketHeader)

// PacketPayload and PacketHeader divide a UDP datagram of 1,452 bytes on an Ethernet frame (quinn's path MTU discovery
// ends there): UDP, IPv6, Ethernet, QUIC short header, frame header, AEAD tag.
const (
	PacketPayload = 1400
	PacketHeader  = 110
)

// packets is the number of packets a message of size bytes takes, at least one.
func packets(size int) uint64 {
	return max(1, (uint64(size)+PacketPayload-1)/PacketPayload)
}

// picosPerByte inverts a bandwidth, rounding up.
func picosPerByte(bitsPerSecond int64) uint64 {
	if bitsPerSecond == 0 {
		return 0
	}
	return (8_000_000_000_000 + uint64(bitsPerSecond) - 1) / uint64(bitsPerSecond)
}

// takes is the time that bytes need on the wire, rounded up.
func (q *queue) takes(bytes uint64) protocol.Time { return wireTime(bytes, q.picosPerByte) }

func wireTime(bytes, picosPerByte uint64) protocol.Time {
	return protocol.Time((bytes*picosPerByte + 999) / 1000)
}

// enter puts work that is ready at t on the wire and tells when it starts.
func (q *queue) enter(t, work protocol.Time, small bool) (start protocol.Time) {
	start = max(t, q.busy)
	q.busy = start + work
	if small {
		start = max(t, q.small)
		q.small = start + work
	}
	return start
}
