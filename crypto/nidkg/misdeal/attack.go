package misdeal

import (
	"slices"

	"icsim/crypto"
	"icsim/crypto/nidkg"
	"icsim/crypto/nidkg/layout"
)

// A Dealer is who attacks: what an honest dealer of the same index would call Deal with.
type Dealer struct {
	Keys   crypto.KeyGeneration
	Config *crypto.KeyGenerationConfig
	Index  int
	Seed   crypto.Seed
	Share  *crypto.ThresholdSecretKey // what a resharing shares
}

// An Attack makes a hostile dealing.
type Attack struct {
	Name  string
	Fault crypto.DealingFault // that verification finds
	Ideal crypto.DealingFault // that crypto/ideal finds, where its model knows no such fault; else zero
	make  func(d *Dealer) *crypto.Dealing
}

// Make gives the dealing, or nil where the attack has no sense: there is nothing to reshare, or too few receivers.
func (a *Attack) Make(d *Dealer) *crypto.Dealing { return a.make(d) }

// OnEncoding says whether what the attack makes is no dealing at all, or holds what is no point or number.
func (a *Attack) OnEncoding() bool {
	switch a.Fault {
	case crypto.DealingMalformed, crypto.DealingBadPoint, crypto.DealingOutsideSubgroup, crypto.DealingBadScalar:
		return true
	}
	return false
}

// Expected is the fault that an implementation has to find.
func (a *Attack) Expected(k crypto.KeyGeneration) crypto.DealingFault {
	if _, real := k.(*nidkg.KeyGeneration); !real && a.Ideal != crypto.DealingSound {
		return a.Ideal
	}
	return a.Fault
}

// Attacks are all there are.
func Attacks() []Attack {
	return slices.Concat(otherConfigs(), drafts(), proofs(), components(), encodings())
}

// honest is the dealing that the dealer should have made, for a configuration that may be another.
func (d *Dealer) honest(config crypto.KeyGenerationConfig) *crypto.Dealing {
	dealing, _ := d.Keys.Deal(&config, d.Index, d.Seed, d.Share)
	return dealing
}

// edited is the honest dealing with its bytes edited.
func (d *Dealer) edited(edit func(*layout.Parts)) *crypto.Dealing {
	dealing := d.honest(*d.Config)
	if dealing == nil {
		return nil
	}
	parts := layout.Split(dealing)
	edit(parts)
	return parts.Dealing()
}

// other is an honest dealing of the same dealer, with other randomness.
func (d *Dealer) other() *layout.Parts {
	again := *d
	again.Seed = crypto.Seed(crypto.Sum("misdeal", d.Seed[:]))
	return layout.Split(again.honest(*d.Config))
}

// otherConfigs deal honestly, but for something else: replays, from the verifier's side.
func otherConfigs() []Attack {
	config := func(name string, fault, ideal crypto.DealingFault, change func(*crypto.KeyGenerationConfig)) Attack {
		return Attack{name, fault, ideal, func(d *Dealer) *crypto.Dealing {
			other := *d.Config
			change(&other)
			if !other.Valid() {
				return nil
			}
			return d.honest(other)
		}}
	}
	return []Attack{
		config("for another context", crypto.DealingBadCiphertext, 0, func(c *crypto.KeyGenerationConfig) {
			c.Context = append(slices.Clone(c.Context), 1)
		}),
		config("for another epoch", crypto.DealingBadCiphertext, 0, func(c *crypto.KeyGenerationConfig) { c.Epoch++ }),
		config("of too many coefficients", crypto.DealingWrongThreshold, 0, func(c *crypto.KeyGenerationConfig) { c.Threshold++ }),
		config("of too few coefficients", crypto.DealingWrongThreshold, 0, func(c *crypto.KeyGenerationConfig) { c.Threshold-- }),
		config("for fewer receivers", crypto.DealingWrongReceivers, 0, func(c *crypto.KeyGenerationConfig) {
			c.Receivers = c.Receivers[:len(c.Receivers)-1]
		}),
		config("for receivers in another order", crypto.DealingBadChunking, crypto.DealingBadCiphertext,
			func(c *crypto.KeyGenerationConfig) {
				c.Receivers = append(slices.Clone(c.Receivers[1:]), c.Receivers[0])
			}),
		{"of another dealer", crypto.DealingBadCiphertext, 0, func(d *Dealer) *crypto.Dealing {
			other, config := *d, *d.Config
			other.Index++
			config.Dealers++
			return other.honest(config)
		}},
		{"of another constant term", crypto.DealingWrongConstant, 0, func(d *Dealer) *crypto.Dealing {
			if d.Share == nil {
				return nil
			}
			other := *d
			other.Share = &crypto.ThresholdSecretKey{31: 7}
			return other.honest(*d.Config)
		}},
	}
}

// drafts lie about the polynomial or the shares, and prove it as well as they can.
func drafts() []Attack {
	draft := func(name string, fault crypto.DealingFault, edit func(*nidkg.Draft)) Attack {
		return Attack{name, fault, 0, func(d *Dealer) *crypto.Dealing {
			real, ok := d.Keys.(*nidkg.KeyGeneration)
			switch {
			case ok && d.Config.Valid():
				draft := real.Draft(d.Config, d.Index, d.Seed, d.Share)
				edit(draft)
				dealing, _ := real.Seal(d.Config, d.Index, draft, d.Seed)
				return dealing
			case fault == crypto.DealingBadChunking:
				return d.edited(func(p *layout.Parts) { p.Chunking = d.other().Chunking })
			default:
				return d.edited(func(p *layout.Parts) { p.Sharing = d.other().Sharing })
			}
		}}
	}
	return []Attack{
		draft("with a wrong share for one receiver", crypto.DealingBadSharing, func(d *nidkg.Draft) { d.Chunks[0][layout.Chunks-1] ^= 1 }),
		draft("with wrong shares for all", crypto.DealingBadSharing, func(d *nidkg.Draft) {
			for i := range d.Chunks {
				d.Chunks[i][0] ^= 1
			}
		}),
		draft("with the first share for everybody", crypto.DealingBadSharing, func(d *nidkg.Draft) {
			for i := range d.Chunks {
				d.Chunks[i] = d.Chunks[0]
				d.Chunks[i][layout.Chunks-1] ^= int64(i) & 1 // the first would be right at threshold one
			}
			d.Chunks[0][1] ^= 1
		}),
		draft("with coefficients of another polynomial", crypto.DealingBadSharing, func(d *nidkg.Draft) {
			d.Polynomial[len(d.Polynomial)-1][31] ^= 1
		}),
		// The share is right, in chunks that no one finds the logarithms of.
		draft("with a chunk out of range", crypto.DealingBadChunking, func(d *nidkg.Draft) {
			d.Chunks[0][1] += 1 << 39
			d.Chunks[0][0] -= 1 << 23
		}),
	}
}

// proofs are replaced by those of another dealing.
func proofs() []Attack {
	type parts = *layout.Parts
	edit := func(name string, fault crypto.DealingFault, edit func(p, other parts)) Attack {
		return Attack{name, fault, 0, func(d *Dealer) *crypto.Dealing {
			return d.edited(func(p parts) { edit(p, d.other()) })
		}}
	}
	sharing := func(name string, change func(p, other parts)) Attack {
		return edit(name, crypto.DealingBadSharing, change)
	}
	chunking := func(name string, change func(p, other parts)) Attack {
		return edit(name, crypto.DealingBadChunking, change)
	}
	return []Attack{
		sharing("with another's proof of sharing", func(p, o parts) { p.Sharing = o.Sharing }),
		sharing("with another's first move of sharing", func(p, o parts) { p.Sharing.F = o.Sharing.F }),
		sharing("with another's response of sharing", func(p, o parts) { p.Sharing.ZAlpha = o.Sharing.ZAlpha }),
		sharing("with another's commitment of sharing", func(p, o parts) { p.Sharing.A = o.Sharing.A }),
		chunking("with another's proof of chunking", func(p, o parts) { p.Chunking = o.Chunking }),
		chunking("with another's first move of chunking", func(p, o parts) { p.Chunking.B[3] = o.Chunking.B[3] }),
		chunking("with another's response of chunking", func(p, o parts) { p.Chunking.ZS[9] = o.Chunking.ZS[9] }),
		chunking("with another's second move of chunking", func(p, o parts) { p.Chunking.D[1] = o.Chunking.D[1] }),
		chunking("with another's last response of chunking", func(p, o parts) { p.Chunking.ZBeta = o.Chunking.ZBeta }),
		chunking("with another's response for a receiver", func(p, o parts) { p.Chunking.ZR[0] = o.Chunking.ZR[0] }),
		chunking("with a response out of bounds", func(p, _ parts) { p.Chunking.ZS[0] = layout.Scalar{15: 1} }),
		sharing("with another's last coefficient", func(p, o parts) {
			last := len(p.Coefficients) - 1
			if last == 0 { // in a resharing both have the same constant
				p.Sharing = o.Sharing
			}
			p.Coefficients[last] = o.Coefficients[last]
		}),
	}
}

// components of the ciphertext change places.
func components() []Attack {
	swap := func(name string, edit func(c *layout.Ciphertext)) Attack {
		return Attack{name, crypto.DealingBadCiphertext, 0, func(d *Dealer) *crypto.Dealing {
			return d.edited(func(p *layout.Parts) { edit(&p.Ciphertext) })
		}}
	}
	return []Attack{
		swap("with R swapped", func(c *layout.Ciphertext) { c.R[0], c.R[1] = c.R[1], c.R[0] }),
		swap("with S swapped", func(c *layout.Ciphertext) { c.S[2], c.S[3] = c.S[3], c.S[2] }),
		swap("with Z swapped", func(c *layout.Ciphertext) { c.Z[4], c.Z[5] = c.Z[5], c.Z[4] }),
		swap("with R for S", func(c *layout.Ciphertext) { c.R, c.S = c.S, c.R }),
		swap("with two chunks swapped", func(c *layout.Ciphertext) { c.C[0][6], c.C[0][7] = c.C[0][7], c.C[0][6] }),
		swap("with a chunk lost", func(c *layout.Ciphertext) { c.C[len(c.C)-1][15] = c.C[0][0] }),
	}
}
