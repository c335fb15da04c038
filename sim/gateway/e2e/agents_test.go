package e2e

import "testing"

// Agents verify certificates, delegations of subnets and signatures of queries with what the network told at its address alone. Each
// clock gives them times that they take.
func TestAgents(t *testing.T) {
	for _, script := range []string{"core.mjs", "agent.mjs"} {
		for _, clock := range []string{"auto", "real"} {
			t.Run(script+" "+clock, func(t *testing.T) {
				n := serve(t, "agents.yaml", "--clock", clock)
				n.node(script, n.url, n.described())
				n.end()
			})
		}
	}
}

// Agents bear what a subnet bears.
func TestAgentsThroughFaults(t *testing.T) {
	n := serve(t, "faulty.yaml")
	n.node("core.mjs", n.url, n.described(), "persistent")
	n.end()
}
