package scenarios

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// openFile reads the files that a scenario names: relative to the scenario's own.
func openFile(scenario string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		f, err := os.Open(beside(scenario, path))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is no regular file", path)
		}
		text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
		if err == nil && len(text) > maxFile {
			err = fmt.Errorf("%s is larger than %s", path, printSize(maxFile))
		}
		return text, err
	}
}

// beside gives the path of a file that a scenario names.
func beside(scenario, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(scenario), path)
}
