package httpcert

import "fmt"

// A Reason says why a response is not certified.
type Reason uint8

// The reasons, in the order in which they are looked for.
const (
	NoCertificateHeader    Reason = iota + 1 // there is no header IC-Certificate
	BadCertificateHeader                     // it cannot be read
	UnsupportedVersion                       // of response verification; 1 and 2 are known
	VersionTooLow                            // for what the canister is known to support
	BadURL                                   // the request's URL has no path, or one that is not UTF-8
	BadCertificate                           // not signed by the canister's subnet
	NoTime                                   // the certificate shows no time
	TooOld                                   // it is from too long ago
	TooNew                                   // it is from the future
	NoCertifiedData                          // it shows no certified data of the canister
	OtherTree                                // the tree is not the one that the canister certified
	NoExpressionPath                         // IC-Certificate has none, as version 2 asks for
	BadExpressionPath                        // it does not begin with http_expr and end with <$> or <*>
	OtherPath                                // it does not fit the URL
	PathNotInTree                            // the tree does not show it
	MoreSpecificPath                         // the tree has, or may have, a path that fits the URL better
	NoExpressionHeader                       // there is no header IC-CertificateExpression
	BadExpression                            // it cannot be read
	ExpressionNotCertified                   // not for this path
	RequestNotCertified                      // the tree shows no response to this request
	ResponseNotCertified                     // it shows responses to this request, but not this one
	BadEncoding                              // the body cannot be decoded as the header Content-Encoding says
	BodyNotCertified                         // version 1: the tree does not show the body's hash at the URL
)

var reasons = [...]string{
	NoCertificateHeader:    "there is no header IC-Certificate",
	BadCertificateHeader:   "the header IC-Certificate cannot be read",
	UnsupportedVersion:     "the version of response verification is not supported",
	VersionTooLow:          "the version of response verification is too low",
	BadURL:                 "the URL cannot be read",
	BadCertificate:         "the certificate is not valid for the canister",
	NoTime:                 "the certificate shows no time",
	TooOld:                 "the certificate is too old",
	TooNew:                 "the certificate is from the future",
	NoCertifiedData:        "the certificate shows no certified data of the canister",
	OtherTree:              "the tree is not the one that the canister certified",
	NoExpressionPath:       "the header IC-Certificate has no expr_path",
	BadExpressionPath:      "the expression path has not the form of one",
	OtherPath:              "the expression path does not fit the URL",
	PathNotInTree:          "the expression path is not in the tree",
	MoreSpecificPath:       "the tree may have an expression path that fits the URL better",
	NoExpressionHeader:     "there is no header IC-CertificateExpression",
	BadExpression:          "the header IC-CertificateExpression cannot be read",
	ExpressionNotCertified: "the expression is not certified for its path",
	RequestNotCertified:    "the request is not certified",
	ResponseNotCertified:   "the response is not certified",
	BadEncoding:            "the body cannot be decoded",
	BodyNotCertified:       "the body is not certified",
}

func (r Reason) String() string { return reasons[r] }

// A Failure is a reason with what is special about the case.
type Failure struct {
	Reason Reason
	Detail string // may be empty
}

func (f *Failure) Error() string {
	if f.Detail == "" {
		return f.Reason.String()
	}
	return f.Reason.String() + ": " + f.Detail
}

// fail makes a failure; without a format it has no detail.
func (r Reason) fail(format string, args ...any) *Failure {
	return &Failure{r, fmt.Sprintf(format, args...)}
}
