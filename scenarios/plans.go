package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

//go:embed plans/*.yaml
var plans embed.FS

func mustRead(name string) []byte {
	text, err := plans.ReadFile(name)
	if err != nil {
		panic("scenarios: " + err.Error()) // it is embedded
	}
	return text
}

// PlanNames are the plans shipped.
func PlanNames() (names []string) {
	files, err := fs.Glob(plans, "plans/*"+extension)
	if err != nil {
		panic("scenarios: " + err.Error())
	}
	for _, f := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(f, "plans/"), extension))
	}
	return names
}

// LoadPlan reads the plan at a path, or the shipped one of that name.
func LoadPlan(pathOrName string) (*Plan, error) {
	text, err := os.ReadFile(pathOrName)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = plans.ReadFile("plans/" + pathOrName + extension); err != nil {
			return nil, fmt.Errorf("%s is neither a file nor a shipped plan; %s", pathOrName, oneOf(pathOrName, PlanNames()))
		}
	}
	if err != nil {
		return nil, err
	}
	return ParsePlan(pathOrName, text)
}
