package canister

import (
	"fmt"
	"unicode/utf8"
)

// messageCalls are about the message that is executed and its answer.
func messageCalls() []systemCall {
	const argument = modeInit | nonCallbacks | modeReply | modeCompositeReply | modeInspect
	const rejects = modeReject | modeCompositeReject
	const info = informed | modeCleanup | modeCompositeClean | modeInspect
	none := func(*execution) []byte { return nil } // nobody can send it yet: interface.md H.4, sender_info

	table := []systemCall{
		{"msg_reject_code", ":i", callbacks | modeCleanup, priceCall, func(x *execution, s []uint64) { s[0] = uint64(x.code) }},
		{"msg_deadline", ":l", informed, priceCall, msgDeadline},
		{"msg_reply_data_append", "II:", repliers, priceCall, msgReplyDataAppend},
		{"msg_reply", ":", repliers, priceCall, msgReply},
		{"msg_reject", "II:", repliers, priceCall, msgReject},
		{"accept_message", ":", modeInspect, priceCall, acceptMessage},
	}
	for _, pair := range [][]systemCall{
		blobCalls("msg_arg_data", argument, func(x *execution) []byte { return x.arg }),
		blobCalls("msg_caller", anyMode, func(x *execution) []byte { return x.caller.Bytes() }),
		blobCalls("msg_caller_info_data", info, none),
		blobCalls("msg_caller_info_signer", info, none),
		blobCalls("msg_reject_msg", rejects, rejectMessage),
		blobCalls("msg_method_name", modeInspect, func(x *execution) []byte { return []byte(x.method) }),
	} {
		table = append(table, pair...)
	}
	return table
}

func rejectMessage(x *execution) []byte { return []byte(x.reject) }

func msgDeadline(x *execution, s []uint64) {
	s[0] = 0
	if x.deadline != 0 {
		s[0] = x.round.ctx.Genesis + uint64(x.deadline)
	}
}

func (x *execution) mustBeOpen(what string) {
	if x.responded {
		x.violate(what + ": the call has been answered already")
	}
}

func msgReplyDataAppend(x *execution, s []uint64) {
	x.mustBeOpen("msg_reply_data_append")
	data := x.read(s[0], s[1])
	most := maxResponseBytes
	if x.mode&unreplicated != 0 {
		most = maxQueryReplyBytes
	}
	if len(x.reply)+len(data) > most {
		x.violate(fmt.Sprintf("msg_reply_data_append: a reply has at most %d bytes", most))
	}
	x.reply = append(x.reply, data...)
}

func msgReply(x *execution, _ []uint64) {
	x.mustBeOpen("msg_reply")
	x.respond(&answer{reply: x.reply})
}

func msgReject(x *execution, s []uint64) {
	x.mustBeOpen("msg_reject")
	data := x.read(s[0], s[1])
	if !utf8.Valid(data) {
		x.violate("msg_reject: the message is not UTF-8")
	}
	text := cutText(string(data), maxRejectBytes)
	x.respond(&answer{reject: &text})
}

// respond records the answer. What was not accepted of the call's cycles goes back with it.
func (x *execution) respond(a *answer) {
	x.answer = a
	x.reply = nil
	x.responded = true
}

func acceptMessage(x *execution, _ []uint64) {
	if x.accepted {
		x.violate("accept_message: the message has been accepted already")
	}
	x.accepted = true
}
