package scenarios

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// peek gives the items of a list that is one, and takes nothing.
func (o *object) peek(key string) []*yaml.Node {
	if !o.has(key) || o.value(key).Kind != yaml.SequenceNode {
		return nil
	}
	return o.value(key).Content
}

// replace puts others in the place of each item of a list that is one.
func (o *object) replace(key string, others func(item *yaml.Node) []*yaml.Node) {
	items := o.peek(key)
	if items == nil {
		return
	}
	list := *o.value(key)
	list.Content = nil
	for _, item := range items {
		list.Content = append(list.Content, others(resolve(item))...)
	}
	o.values[slices.Index(o.keys, key)] = &list
}

// fieldOf gives a field of a mapping; nil if there is none.
func fieldOf(n *yaml.Node, key string) *yaml.Node {
	if n == nil {
		return nil
	}
	if n = resolve(n); n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return resolve(n.Content[i+1])
		}
	}
	return nil
}

// withoutFields gives a mapping without some of its fields.
func withoutFields(n *yaml.Node, keys ...string) *yaml.Node {
	out := *resolve(n)
	out.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !slices.Contains(keys, n.Content[i].Value) {
			out.Content = append(out.Content, n.Content[i], n.Content[i+1])
		}
	}
	return &out
}

func scalar(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, x := range pairs {
		switch x := x.(type) {
		case string:
			n.Content = append(n.Content, scalar(x))
		case *yaml.Node:
			n.Content = append(n.Content, x)
		}
	}
	return n
}

func sequence(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: items}
}

func words(texts []string) *yaml.Node {
	n := sequence()
	for _, t := range texts {
		n.Content = append(n.Content, scalar(t))
	}
	return n
}

// withFields adds fields to a copy of a mapping. What is none stays as it is: whoever reads it says so.
func withFields(n *yaml.Node, pairs ...any) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return n
	}
	out := *n
	added := mapping(pairs...)
	for _, at := range added.Content {
		at.Line = n.Line
	}
	out.Content = append(append([]*yaml.Node{}, n.Content...), added.Content...)
	return &out
}
