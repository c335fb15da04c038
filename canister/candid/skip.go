package candid

// skip passes over a value, which has to be sound all the same.
func (d *decoder) skip(wire Type) *fault {
	if f := d.enter(); f != nil {
		return f
	}
	f := d.over(wire)
	d.leave()
	return f
}

func (d *decoder) over(wire Type) (f *fault) {
	if n := wire.kind.width(); n > 0 {
		_, f = d.bytes(uint64(n))
		return f
	}
	switch wire.kind {
	case KindNull, KindReserved:
	case KindEmpty:
		f = d.fault("a value of type empty, which has none")
	case KindBool:
		_, f = d.bool()
	case KindNat, KindInt:
		_, f = d.groups()
	case KindText:
		_, f = d.text()
	case KindPrincipal, KindService:
		_, f = d.principal()
	case KindFunc:
		_, f = d.function()
	case KindOpt:
		present, bad := d.bool()
		if bad != nil || !present {
			return bad
		}
		f = d.skip(wire.body.elem)
	case KindVec:
		f = d.skipVec(wire.body.elem)
	case KindRecord:
		for _, field := range wire.body.fields {
			if f = d.skipField(field); f != nil {
				return f
			}
		}
	case KindVariant:
		field, bad := d.caseOf(wire)
		if bad != nil {
			return bad
		}
		f = d.skipField(field)
	case KindFuture:
		f = d.future()
	}
	return f
}

func (d *decoder) skipVec(elem Type) *fault {
	n, f := d.leb()
	if f != nil {
		return f
	}
	if size := elem.kind.width(); size > 0 {
		if n > uint64(d.left()/size) {
			return d.fault(endsEarly)
		}
		d.pos += int(n) * size
		return nil
	}
	for i := range n {
		if f := d.skip(elem); f != nil {
			return f.under(step{into: KindVec, index: int(i)})
		}
	}
	return nil
}
