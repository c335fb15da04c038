package scenarios

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// motokoVariable names the environment variable with the command that compiles Motoko: it is run with the names of a source and of
// the module to write. make e2e sets it.
const motokoVariable = "ICSIM_MOTOKO"

// motoko compiles a program.
func (p *parser) motoko(f *object, c *Code) {
	source, err := p.open(c.Motoko)
	if err != nil {
		f.fail("motoko", "cannot read the program: %v", err)
		return
	}
	command := strings.Fields(os.Getenv(motokoVariable))
	if len(command) == 0 {
		f.fail("motoko", "there is no Motoko compiler here but under make e2e; want module: with what another one made of %s", c.Motoko)
		return
	}
	code, err := compileMotoko(command, filepath.Base(c.Motoko), source)
	if err != nil {
		f.fail("motoko", "%s: %v", c.Motoko, err)
		return
	}
	p.inspect(f, c, "motoko", code)
}

func compileMotoko(command []string, name string, source []byte) ([]byte, error) {
	dir, err := os.MkdirTemp("", "icsim-motoko")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	from, to := filepath.Join(dir, name), filepath.Join(dir, "module.wasm")
	if err := os.WriteFile(from, source, 0o666); err != nil {
		return nil, err
	}
	if out, err := exec.Command(command[0], append(command[1:], from, to)...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the compiler says %v: %s", err, strings.TrimSpace(string(out)))
	}
	return os.ReadFile(to)
}
