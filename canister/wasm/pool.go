package wasm

import "icsim/canister/wasm/rewrite"

// pool keeps live instances between executions. It is a cache and nothing more: an instance can be brought to any image of its module.
type pool struct {
	live   []*instance
	byLine map[*token]*instance // the last instance that held an image of a line
	bytes  uint64               // sum of the memories of live
	clock  uint64
}

func newPool() pool { return pool{byLine: make(map[*token]*instance)} }

// take gives an instance of m that holds img. A canister's last instance comes first, as it holds the image or one close to it; then a new
// one; when there is no room for that, the one of the same module that has not been used for longest.
func (p *pool) take(e *Engine, m *Module, img *Image) *instance {
	inst := p.byLine[img.line]
	if inst == nil || inst.busy || inst.module != m {
		if inst = p.spare(e, m, img); inst == nil {
			inst = newInstance(e, m, newLinear(m.maxPages*wasmPage+rewrite.ShadowSize))
			p.live = append(p.live, inst)
			p.bytes += uint64(len(inst.mem.buf))
		}
	}
	inst.busy = true
	p.bytes -= uint64(len(inst.mem.buf))
	if inst.holds.line != img.line {
		p.forget(inst)
	}
	inst.switchTo(img)
	return inst
}

// spare makes room for one more instance, or gives one of the same module instead.
func (p *pool) spare(e *Engine, m *Module, img *Image) *instance {
	if len(p.live) < e.config.MaxInstances && p.bytes+img.memory.Len() <= e.config.MaxInstanceBytes {
		return nil
	}
	if inst := p.oldest(func(i *instance) bool { return i.module == m }); inst != nil {
		return inst
	}
	p.shrink(e, e.config.MaxInstances-1, e.config.MaxInstanceBytes-min(img.memory.Len(), e.config.MaxInstanceBytes))
	return nil
}

// put gives an instance back.
func (p *pool) put(e *Engine, inst *instance) {
	p.clock++
	inst.used, inst.busy = p.clock, false
	p.byLine[inst.holds.line] = inst
	p.bytes += uint64(len(inst.mem.buf))
	p.shrink(e, e.config.MaxInstances, e.config.MaxInstanceBytes)
}

// shrink closes instances, least recently used first, until the bounds hold or only busy ones and the last one used are left.
func (p *pool) shrink(e *Engine, instances int, bytes uint64) {
	for len(p.live) > instances || p.bytes > bytes {
		inst := p.oldest(func(i *instance) bool { return i.used != p.clock })
		if inst == nil {
			return
		}
		p.drop(inst)
		inst.close()
	}
}

// oldest gives the idle instance that has not been used for longest among those that fit; nil if none does.
func (p *pool) oldest(fits func(*instance) bool) *instance {
	var found *instance
	for _, i := range p.live {
		if !i.busy && fits(i) && (found == nil || i.used < found.used) {
			found = i
		}
	}
	return found
}

func (p *pool) drop(inst *instance) {
	p.bytes -= uint64(len(inst.mem.buf))
	for k, i := range p.live {
		if i == inst {
			p.live = append(p.live[:k], p.live[k+1:]...)
			break
		}
	}
	p.forget(inst)
}

// forget removes the instance from its line's entry, if it is there.
func (p *pool) forget(inst *instance) {
	if p.byLine[inst.holds.line] == inst {
		delete(p.byLine, inst.holds.line)
	}
}
