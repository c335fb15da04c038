package main

import (
	"go/ast"
	"go/token"
	"go/types"
)

// variables reports what changes a package variable. A variable that nothing changes is a constant
// that Go has no word for: a table, a sentinel error, a compiled expression.
func (b *banned) variables(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, x := range n.Lhs {
				b.changed(x, "is assigned")
			}
		}
	case *ast.IncDecStmt:
		b.changed(n.X, "is assigned")
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			b.changed(n.Key, "is assigned")
			b.changed(n.Value, "is assigned")
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			b.changed(n.X, "has its address taken")
		}
	case *ast.CallExpr:
		b.changedByCall(n)
	}
	return true
}

// changedByCall looks at the builtins that change their first argument, and at methods that get the address of a
// variable.
func (b *banned) changedByCall(call *ast.CallExpr) {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		if _, ok := b.file.info.Uses[fun].(*types.Builtin); ok && len(call.Args) > 0 {
			switch fun.Name {
			case "delete", "clear", "copy":
				b.changed(call.Args[0], "is changed by "+fun.Name)
			}
		}
	case *ast.SelectorExpr:
		sel := b.file.info.Selections[fun]
		if sel == nil || sel.Kind() != types.MethodVal {
			return
		}
		_, onPointer := sel.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
		_, isPointer := b.file.info.TypeOf(fun.X).Underlying().(*types.Pointer)
		if onPointer && !isPointer {
			b.changed(fun.X, "hands its address to "+fun.Sel.Name)
		}
	}
}

// changed reports the package variable that an expression is, or is a part of.
func (b *banned) changed(x ast.Expr, how string) {
	for {
		switch part := x.(type) {
		case *ast.ParenExpr:
			x = part.X
		case *ast.IndexExpr:
			x = part.X
		case *ast.SliceExpr:
			x = part.X
		case *ast.StarExpr:
			x = part.X
		case *ast.SelectorExpr:
			if _, qualified := b.file.info.Uses[part.Sel].(*types.Var); qualified && b.file.info.Selections[part] == nil {
				b.changedIdent(part.Sel, how)
				return
			}
			x = part.X
		case *ast.Ident:
			b.changedIdent(part, how)
			return
		default:
			return
		}
	}
}

func (b *banned) changedIdent(id *ast.Ident, how string) {
	v, ok := b.file.info.Uses[id].(*types.Var)
	if ok && !v.IsField() && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
		b.add(id.Pos(), "variables", "package variable %s %s: all nodes would share it", v.Name(), how)
	}
}
