// Package recording keeps what came into a session from outside, so that a run can have it again: a line of JSON an input, with its
// virtual time in nanoseconds.
//
//	{"at":0,"seed":1}
//	{"at":1000000001,"request":{"path":"/api/v3/canister/…/query","body":"…base64…","ticket":7}}
//	{"at":1000000002,"clocks":{"by":"1.5s","pace":1000000000}}
//	{"at":1000000003,"fault":{…}}
//	{"at":2000000000,"end":true}
//
// The first line has the seed, since a session with another one is another. Requests stand there as agents sent them. A recording
// that ends without its last line, as after a crash, is still one: it ends with its last input.
package recording
