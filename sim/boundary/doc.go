// Package boundary is the API boundary node through which people outside reach the simulated network (the deployed one is
// dfinity's ic-boundary): it finds the subnet of a request, sends it over a simulated link to one of the subnet's nodes, and tries
// another node when that one fails. It checks nothing of what nodes answer: agents do.
//
// A Node is a protocol.Machine on a host without costs. What comes from outside reaches it as a Request, an input of the run; what
// goes back leaves the simulation by Config.Answer, which nothing simulated reads. So a run with the same requests at the same times
// is the same run, whoever listens.
//
// Rules that tests hold it to: each request is answered once; none waits longer than maxTries times its patience; a request
// is never given to a node that failed within the last sulk if there is another.
//
// Model: the deployed boundary node probes the nodes' health each second and leaves out those that lag. Here a node is left out for a
// while after it failed to answer, or said that it cannot now.
package boundary
