package idkg

// A Reason says why something that a node sent, or a block maker proposed, is refused; Valid, that it is not.
type Reason uint8

// The reasons.
const (
	Valid Reason = iota

	UnknownAlgorithm       // parameters: none of the three
	UnknownOperation       // none of the five
	NoReceivers            // nobody to share with
	TooManyReceivers       // more than a place in a polynomial can name
	NoDealers              // nobody to share
	WrongOperands          // too few, too many, or masked where unmasked belongs, or the reverse
	OperandOfOtherKind     // an operand of another algorithm, or of other receivers than these dealers
	DealerOutOfRange       // dealing: from nobody who deals
	Malformed              // what cannot be read as what it should be
	WrongCurve             // points or scalars of another curve
	WrongMasking           // committed to with a mask where there is none, or the reverse
	WrongThreshold         // a polynomial of another degree
	WrongReceivers         // shares for another number of receivers
	BadPossession          // no proof that the dealer knows the ephemeral key
	WrongProof             // a proof where none belongs, none where one does, or of another statement
	BadResharing           // what is shared is not the dealer's share of the operand
	BadProduct             // not the product of its shares of the operands
	TooFewDealings         // transcript: not enough to combine
	DealersOutOfOrder      // dealings twice or out of order
	ReceiverOutOfRange     // share: for nobody who receives
	BadShare               // the share does not fit the commitment
	NotInTranscript        // complaint: against a dealing that is not in the transcript
	BadComplaint           // the complainer does not prove what it decrypts
	ComplaintWithoutGround // what it decrypts is a good share
	BadOpening             // opening: does not fit the commitment
	numReasons
)

var reasons = [numReasons]string{
	Valid:                  "valid",
	UnknownAlgorithm:       "the algorithm is none of ecdsa-secp256k1, schnorr-bip340, schnorr-ed25519",
	UnknownOperation:       "the operation is unknown",
	NoReceivers:            "there are no receivers",
	TooManyReceivers:       "there are too many receivers",
	NoDealers:              "there are no dealers",
	WrongOperands:          "the operands are not those that the operation takes",
	OperandOfOtherKind:     "an operand is of another algorithm or other receivers",
	DealerOutOfRange:       "the dealer is none",
	Malformed:              "it cannot be read",
	WrongCurve:             "it is on another curve",
	WrongMasking:           "the commitment is masked where it must not be, or the reverse",
	WrongThreshold:         "the polynomial has the wrong degree",
	WrongReceivers:         "it has shares for another number of receivers",
	BadPossession:          "the ephemeral key is not proven to be the dealer's",
	WrongProof:             "it has not the proof that the operation asks for",
	BadResharing:           "it does not share the dealer's share of the operand",
	BadProduct:             "it does not share the product of the dealer's shares",
	TooFewDealings:         "there are too few dealings",
	DealersOutOfOrder:      "the dealings are not in order of their dealers, each once",
	ReceiverOutOfRange:     "the receiver is none",
	BadShare:               "the share does not fit the commitment",
	NotInTranscript:        "the dealing is not in the transcript",
	BadComplaint:           "the complaint's proof is wrong",
	ComplaintWithoutGround: "the share complained about is good",
	BadOpening:             "the opening does not fit the commitment",
}

func (r Reason) String() string {
	if r >= numReasons {
		return "no reason"
	}
	return reasons[r]
}
