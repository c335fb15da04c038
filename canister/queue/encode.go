package queue

import "encoding/binary"

// AppendTo appends the whole content of the queues in one form for equal contents: what a checkpoint has of them.
func (q *Queues) AppendTo(dst []byte) []byte {
	dst = appendUint(dst, uint64(q.turn))
	dst = appendUint(dst, uint64(q.ingress.len()))
	for _, m := range q.ingress.list() {
		dst = appendBlob(appendBlob(append(dst, m.BytesHash[:]...), []byte(m.Content.Method)), m.Content.Arg)
	}
	for _, senders := range q.senders {
		dst = appendUint(dst, uint64(len(senders)))
		for _, s := range senders {
			dst = appendUint(dst, uint64(s))
		}
	}
	dst = appendUint(dst, uint64(len(q.pairs)))
	for _, p := range q.pairs {
		dst = appendUint(dst, uint64(p.peer))
		dst = p.in.appendTo(dst)
		dst = p.out.appendTo(dst)
	}
	return dst
}

func (l *lane) appendTo(dst []byte) []byte {
	dst = appendUint(dst, uint64(l.reserved))
	dst = appendUint(dst, uint64(l.len()))
	for _, i := range l.list() {
		dst = appendBlob(dst, i.Message.Encoded())
		dst = appendUint(dst, uint64(i.Expires))
	}
	return dst
}

func appendUint(dst []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(dst, v) }

func appendBlob(dst, blob []byte) []byte { return append(appendUint(dst, uint64(len(blob))), blob...) }
