// Package boundary is the API boundary node through which people outside reach the simulated network (the deployed one is
// dfinity's ic-boundary): it finds the subnet of a request, sends it over a simulated link to one of the subnet's nodes, and tries
// another node when that one fails. It checks nothing of what nodes answer: agents do.
//
// A Node is a protocol.Machine on a host without costs. What comes from outside reaches it as a Request, an input of the run; what
// goes back leaves the simulation by Config.Answer, which nothing simulated reads. So a run with the same requests at the same times
// is the same run, whoever listens.
//
// It asks each node for its health every second, and sends requests to those that say they are healthy and do not lag the others
// (package health).
//
// Rules that tests hold it to: each request is answered once; none waits longer than maxTries times its patience; no request goes to a
// node that is not fit while another of its subnet is.
package boundary
