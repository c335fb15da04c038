package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed *.yaml
var shipped embed.FS

const extension = ".yaml"

// ShippedNames are the scenarios of the library, in alphabetical order.
func ShippedNames() []string {
	files, err := fs.Glob(shipped, "*"+extension)
	if err != nil {
		panic("scenarios: " + err.Error())
	}
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], extension)
	}
	return files
}

// Text gives the text of a scenario: of the file at a path, or else of the shipped one of that name.
func Text(pathOrName string) ([]byte, error) {
	text, err := os.ReadFile(pathOrName)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	if text, err := shipped.ReadFile(pathOrName + extension); err == nil {
		return text, nil
	}
	return nil, fmt.Errorf("%s is neither a file nor a shipped scenario; %s", pathOrName, oneOf(pathOrName, ShippedNames()))
}

// Load reads and parses the scenario at a path, or the shipped one of that name.
func Load(pathOrName string) (*Spec, error) { return LoadOver(pathOrName, "") }

// LoadOver does the same, with the measured pairs of a CSV file in the place of the scenario's network, if matrix names one.
func LoadOver(pathOrName, matrix string) (*Spec, error) {
	text, err := Text(pathOrName)
	if err != nil {
		return nil, err
	}
	if matrix != "" {
		if matrix, err = filepath.Abs(matrix); err != nil {
			return nil, err
		}
	}
	return parse(pathOrName, text, openFile(pathOrName), matrix)
}
