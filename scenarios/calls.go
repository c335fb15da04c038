package scenarios

import (
	"crypto/sha256"
	"fmt"
	"math/big"

	"icsim/canister/candid"
	"icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/workload"
)

func (s *Step) what() string {
	switch s.Kind {
	case "call":
		return s.Canister + "." + s.Method
	case "query":
		return "query of " + s.Canister + "." + s.Method
	case "top_up":
		return "top-up of " + s.Canister
	case "upgrade":
		return s.Mode + " of " + s.Canister
	case "update_settings":
		return "settings of " + s.Canister
	}
	return s.Kind + " of " + s.Canister
}

// calls makes the calls of a step, of which the last is what it is about. first is the place of the first in the sequence.
func (x *scene) calls(s *Step, first int, names captures) ([]workload.Call, error) {
	target := x.canister(s.Canister)
	call := workload.Call{What: fmt.Sprintf("%s (line %d)", s.what(), s.line), Subnet: target.Subnet, As: x.user(s.As)}
	var all []workload.Call
	var err error
	if s.asks() {
		call.Canister, call.Method, call.Query = target.ID, s.Method, s.Kind == "query"
		call.Arg, call.Prepare, err = x.argument(&s.Arg, s.method.args, names)
		all = []workload.Call{call}
	} else {
		call.Canister, call.About = protocol.ManagementCanister, target.ID
		all, err = x.managed(s, call, names)
	}
	if err != nil {
		return nil, err
	}
	last := len(all) - 1
	all[last].Judge = x.judge(s, first+last, names)
	return all, nil
}

// managed makes the calls of the management canister that a step takes.
func (x *scene) managed(s *Step, call workload.Call, names captures) ([]workload.Call, error) {
	about := call.About.Principal()
	switch s.Kind {
	case "upgrade":
		return x.upgrade(s, call, names)
	case "top_up":
		call.Method = "provisional_top_up_canister"
		call.Arg = management.Encode(management.ProvisionalTopUp{Canister: about, Amount: management.Nat(s.Cycles)})
	case "update_settings":
		call.Method = s.Kind
		call.Arg = management.Encode(management.UpdateSettings{Canister: about, Settings: s.Retune.compile()})
	default:
		call.Method = s.Kind + "_canister"
		call.Arg = management.Encode(management.CanisterID{Canister: about})
	}
	return []workload.Call{call}, nil
}

// Room for what a call says beside a module, and the largest chunk of one (reference/interface.md B.1, upload_chunk).
const (
	callOverhead = 16 << 10
	maxChunk     = 1 << 20
)

// upgrade makes the call that installs a module; the module goes before it in chunks if it is too large for one message.
func (x *scene) upgrade(s *Step, call workload.Call, names captures) ([]workload.Call, error) {
	module, arg, later, err := x.newCode(s, names)
	if err != nil {
		return nil, err
	}
	about := call.About.Principal()
	mode := s.installMode()
	room := x.config.Subnets[call.Subnet].MaxIngressBytes - callOverhead
	if len(module)+len(arg) <= room {
		call.Method = "install_code"
		with(&call, arg, later, func(arg []byte) any {
			return management.InstallCode{Mode: mode, Canister: about, Module: module, Arg: arg}
		})
		return []workload.Call{call}, nil
	}
	if room < callOverhead {
		return nil, fmt.Errorf("max_ingress_bytes of the subnet leaves no room for a module")
	}
	all, hashes := x.chunks(about, call, module, min(room, maxChunk))
	hash := sha256.Sum256(module)
	call.Method = "install_chunked_code"
	with(&call, arg, later, func(arg []byte) any {
		return management.InstallChunkedCode{Mode: mode, Canister: about, Chunks: hashes, ModuleHash: hash[:], Arg: arg}
	})
	return append(all, call), nil
}

// installMode says how to install. Memory is kept where the new module asks for it, as dfx does.
func (s *Step) installMode() management.InstallMode {
	if s.Mode == "reinstall" {
		return management.InstallMode{Reinstall: &management.Null{}}
	}
	var options *management.Upgrade
	if s.Code.keeps {
		options = &management.Upgrade{Persistence: &management.Persistence{Keep: &management.Null{}}}
	}
	return management.InstallMode{Upgrade: &options}
}

// newCode gives the module of an upgrade and its argument.
func (x *scene) newCode(s *Step, names captures) (module, arg []byte, later prepare, err error) {
	if s.Code.Library == "" {
		arg, later, err = x.argument(&s.Arg, s.Code.offers.init, names)
		return s.Code.bytes, arg, later, err
	}
	if module, err = x.libraryModule(); err != nil {
		return nil, nil, nil, err
	}
	arg, err = libraryArg(s.Code.Library, s.Settings, x.ids)
	return module, arg, nil, err
}

// with gives a call its message, whose argument may come later.
func with(call *workload.Call, arg []byte, later prepare, message func([]byte) any) {
	if later == nil {
		call.Arg = management.Encode(message(arg))
		return
	}
	call.Prepare = func(m *workload.Memory) ([]byte, error) {
		arg, err := later(m)
		if err != nil {
			return nil, err
		}
		return management.Encode(message(arg)), nil
	}
}

// chunks makes the calls that store a module in parts.
func (x *scene) chunks(
	about principal.ID, call workload.Call, module []byte, size int,
) (all []workload.Call, hashes []management.ChunkHash) {
	call.Method = "upload_chunk"
	call.What += ", upload"
	for len(module) > 0 {
		chunk := module[:min(size, len(module))]
		module = module[len(chunk):]
		hash := sha256.Sum256(chunk)
		hashes = append(hashes, management.ChunkHash{Hash: hash[:]})
		call.Arg = management.Encode(management.UploadChunk{Canister: about, Chunk: chunk})
		all = append(all, call)
	}
	return all, hashes
}

// judge gives what looks at the answers to a step; nil when all are right. at is the step's place in the sequence.
func (x *scene) judge(s *Step, at int, names captures) func(*workload.Memory, workload.Answer) string {
	want := &s.Answers
	if !want.Any && want.Reply == nil && want.pattern == nil && !want.Increasing {
		return nil
	}
	return func(m *workload.Memory, a workload.Answer) string {
		switch {
		case a.Lost:
			return "no answer until the call expired"
		case want.pattern != nil && a.Reject.Code == 0:
			return fmt.Sprintf("replied %s, expected a reject like %s", s.method.show(a.Reply), want.Reject)
		case want.pattern != nil:
			if says := rejectText(&a.Reject); !want.pattern.MatchString(says) {
				return fmt.Sprintf("rejected with %s, expected one like %s", says, want.Reject)
			}
			return ""
		case a.Reject.Code != 0:
			return "rejected with " + rejectText(&a.Reject)
		case want.Reply != nil:
			if why := x.compare(s, m, a.Reply, names); why != "" {
				return why
			}
		}
		if want.Increasing {
			return s.method.increases(m.Replies[at], a.Reply)
		}
		return ""
	}
}

var rejectNames = [...]string{
	protocol.SysFatal: "SYS_FATAL", protocol.SysTransient: "SYS_TRANSIENT", protocol.DestinationInvalid: "DESTINATION_INVALID",
	protocol.CanisterReject: "CANISTER_REJECT", protocol.CanisterError: "CANISTER_ERROR", protocol.SysUnknown: "SYS_UNKNOWN",
}

// rejectText is what patterns are held against: CANISTER_ERROR IC0503: text.
func rejectText(r *protocol.Reject) string {
	text := fmt.Sprint(uint8(r.Code))
	if int(r.Code) < len(rejectNames) {
		text = rejectNames[r.Code]
	}
	if r.Error != "" {
		text += " " + r.Error
	}
	return text + ": " + r.Message
}

// compare tells in which way a reply is not the one expected.
func (x *scene) compare(s *Step, m *workload.Memory, reply []byte, names captures) string {
	got, types, err := s.method.decode(reply)
	if err != nil {
		return fmt.Sprintf("replied %x: %v", reply[:min(len(reply), maxWord)], err)
	}
	f, err := s.Answers.Reply.fill(func(p *part) (candid.Value, error) { return x.value(p, m, names) })
	if err != nil {
		return fmt.Sprintf("replied %s, but what to expect is not known: %v", clip(candid.Format(got)), err)
	}
	want, err := candid.ParseArgsAs(f.text, types)
	if err != nil {
		return fmt.Sprintf("replied %s, expected %s: %v", clip(candid.Format(got)), clip(f.text), f.locate(s.Answers.Reply, err))
	}
	for i := range got {
		if !candid.Same(got[i], want[i]) {
			return fmt.Sprintf("replied %s, expected %s", clip(candid.Format(got)), clip(candid.Format(want)))
		}
	}
	return ""
}

// show writes a reply for a message.
func (m *method) show(reply []byte) string {
	values, _, err := m.decode(reply)
	if err != nil {
		return fmt.Sprintf("%x", reply[:min(len(reply), maxWord)])
	}
	return clip(candid.Format(values))
}

const maxShown = 200 // letters of a reply in a message

func clip(text string) string {
	if letters := []rune(text); len(letters) > maxShown {
		return string(letters[:maxShown]) + "…"
	}
	return text
}

// increases tells whether a reply is a number greater than that of the reply before, which may be nil.
func (m *method) increases(before, reply []byte) string {
	now := m.number(reply)
	if now == nil {
		return fmt.Sprintf("replied %s, which is no number", m.show(reply))
	}
	if before == nil {
		return ""
	}
	if then := m.number(before); then != nil && now.Cmp(then) <= 0 {
		return fmt.Sprintf("replied %s after %s, expected more", m.show(reply), m.show(before))
	}
	return ""
}

// number gives the number that a reply consists of, or nil.
func (m *method) number(reply []byte) *big.Int {
	values, _, err := m.decode(reply)
	if err != nil || len(values) != 1 {
		return nil
	}
	switch v := values[0].(type) {
	case candid.Nat:
		return v.Big()
	case candid.Int:
		return v.Big()
	case candid.Nat8:
		return big.NewInt(int64(v))
	case candid.Nat16:
		return big.NewInt(int64(v))
	case candid.Nat32:
		return big.NewInt(int64(v))
	case candid.Nat64:
		return new(big.Int).SetUint64(uint64(v))
	case candid.Int8:
		return big.NewInt(int64(v))
	case candid.Int16:
		return big.NewInt(int64(v))
	case candid.Int32:
		return big.NewInt(int64(v))
	case candid.Int64:
		return big.NewInt(int64(v))
	}
	return nil
}
