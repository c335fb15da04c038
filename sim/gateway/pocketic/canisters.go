package pocketic

import (
	"context"

	"icsim/canister"
	"icsim/canister/management"
	"icsim/crypto/der"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// What is read of canisters is read from the state that all nodes have certified, by nobody's leave.

// canister finds the one that a body names.
func (i *instance) canister(body []byte) (id protocol.CanisterID, s *canister.State, info canister.Info, err error) {
	var arg canisterID
	if err = decode(body, &arg); err != nil {
		return id, nil, info, err
	}
	if id, err = arg.Canister.canister(); err != nil {
		return id, nil, info, err
	}
	if s, _, err = i.canisters(id); err != nil {
		return id, nil, info, err
	}
	info, ok := s.Canister(id)
	if !ok {
		err = missing("canister %s was not found", id)
	}
	return id, s, info, err
}

func (i *instance) getControllers(_ context.Context, body []byte) (any, error) {
	_, _, info, err := i.canister(body)
	all := []principalID{}
	for _, id := range info.Controllers {
		all = append(all, principalID{identity{id}})
	}
	return all, err
}

type cyclesShown struct {
	Cycles cycles `json:"cycles"`
}

func (i *instance) getCycles(_ context.Context, body []byte) (any, error) {
	_, _, info, err := i.canister(body)
	return cyclesShown{cycles{info.Balance}}, err
}

// addCycles mints cycles by a call of the management canister, which anybody may make where there is no mainnet.
func (i *instance) addCycles(ctx context.Context, body []byte) (any, error) {
	var arg struct {
		Amount cycles `json:"amount"`
	}
	if err := decode(body, &arg); err != nil {
		return nil, err
	}
	id, _, _, err := i.canister(body)
	if err != nil {
		return nil, err
	}
	err = i.manage(ctx, principal.Anonymous(), "provisional_top_up_canister",
		management.ProvisionalTopUp{Canister: id.Principal(), Amount: arg.Amount.Cycles}, nil)
	if err != nil {
		return nil, err
	}
	return i.getCycles(ctx, body)
}

// getSubnet tells where a canister is; null: nowhere.
func (i *instance) getSubnet(_ context.Context, body []byte) (any, error) {
	var arg canisterID
	if err := decode(body, &arg); err != nil {
		return nil, err
	}
	id, err := arg.Canister.canister()
	if err != nil {
		return nil, nil
	}
	s, host, err := i.canisters(id)
	if err != nil {
		return nil, nil
	}
	if _, ok := s.Canister(id); !ok {
		return nil, nil
	}
	return subnetID{identity{i.registry.Subnet(host).Principal}}, nil
}

// publicKey gives a subnet's key in DER, as an array of numbers.
func (i *instance) publicKey(_ context.Context, body []byte) (any, error) {
	var arg subnetID
	if err := decode(body, &arg); err != nil {
		return nil, err
	}
	for _, record := range i.registry.Subnets {
		if record.Principal == arg.Subnet.ID {
			var numbers []int
			for _, b := range der.WrapBLS(record.PublicKey) {
				numbers = append(numbers, int(b))
			}
			return numbers, nil
		}
	}
	return nil, missing("there is no subnet %s", arg.Subnet.ID)
}

func (i *instance) showTopology(context.Context, []byte) (any, error) { return i.topology, nil }
