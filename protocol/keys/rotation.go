package keys

import (
	"slices"

	"icsim/crypto"
	"icsim/crypto/idkg"
	"icsim/protocol"
)

// RotateIDKG makes the node's next IDKG encryption key, unless the newest one waits still to be in the registry at a version. Older keys
// stay, for the transcripts that are shared with them (rs/crypto, rotate_idkg_dealing_encryption_keys).
//
// Model: it follows from the node's secret key and its number. The replica draws it.
func (k *Keyring) RotateIDKG(at protocol.RegistryVersion) (key idkg.EncryptionKey, made bool) {
	all := k.Secrets.IDKG
	newest := all[len(all)-1].Public()
	if !newest.Equal(k.Registry.At(at).Node(k.Node).IDKGKey) {
		return newest, false
	}
	k.Meter.Charge(protocol.OpIDKGDeal, 1) // a multiplication, as it is for each receiver
	public := newest.Bytes()
	secret := idkg.NewKey(crypto.Seed(crypto.Sum("next idkg key", k.Secrets.Basic[:], public)))
	k.Secrets.IDKG = append(slices.Clip(all), secret)
	return secret.Public(), true
}

// RetainIDKG forgets the encryption keys that the node had before a registry version, and tells whether there were any: nothing in use is
// shared with them (retain_active_transcripts of IDKG).
func (k *Keyring) RetainIDKG(oldest protocol.RegistryVersion) (updated bool) {
	record := k.Registry.At(oldest).Node(k.Node)
	if record == nil {
		return false
	}
	i := slices.IndexFunc(k.Secrets.IDKG, func(s *idkg.SecretKey) bool { return s.Public().Equal(record.IDKGKey) })
	if i <= 0 {
		return false
	}
	k.Secrets.IDKG = slices.Clone(k.Secrets.IDKG[i:])
	return true
}

// idkgSecret gives what opens shares that are encrypted to a place among receivers; nil: the node has it no more.
func (k *Keyring) idkgSecret(receivers []idkg.EncryptionKey, place int) *idkg.SecretKey {
	if place < 0 || place >= len(receivers) {
		return nil
	}
	for _, s := range k.Secrets.IDKG {
		if s.Public().Equal(receivers[place]) {
			return s
		}
	}
	return nil
}
