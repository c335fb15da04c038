package scenarios

import (
	"fmt"
	"slices"
	"strings"
)

// A Problem is one fault of a scenario file: where, what is wrong and what would be accepted.
type Problem struct {
	File string
	Line int // from 1
	Text string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// Problems are all the faults of a file, in its order. Parse returns them as its error.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// nearest gives the word that was probably meant, or "".
func nearest(word string, words []string) string {
	best, least := "", min(3, len(word)/2+1)
	for _, w := range words {
		if d := distance(word, w); d < least {
			best, least = w, d
		}
	}
	return best
}

// maxWord bounds what is worth comparing.
const maxWord = 64

// distance counts the letters to insert, remove, replace or swap to get from a to b.
func distance(a, b string) int {
	if len(a) > maxWord || len(b) > maxWord {
		return maxWord
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		row, up, upUp := rows[i%3], rows[(i+2)%3], rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := up[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, up[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], upUp[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}

// oneOf says what would be accepted instead of a word: what was probably meant, and the others if they are few.
func oneOf(word string, words []string) string {
	near := nearest(word, words)
	switch {
	case near == "":
		return "want " + either(words)
	case len(words) == 1 || len(words) > fewWords:
		return fmt.Sprintf("did you mean %s?", near)
	}
	return fmt.Sprintf("did you mean %s? There are %s", near, enumerate(words))
}

const (
	fewWords  = 20
	maxListed = 48 // words in a message
)

func either(words []string) string {
	text := enumerate(words)
	if n := len(words); n > 1 && n <= maxListed {
		text = strings.TrimSuffix(text, " and "+words[n-1]) + " or " + words[n-1]
	}
	return text
}

func enumerate(words []string) string {
	switch n := len(words); {
	case n == 0:
		return "none"
	case n == 1:
		return words[0]
	case n > maxListed:
		return strings.Join(words[:maxListed], ", ") + ", …"
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

func sorted(words []string) []string {
	words = slices.Clone(words)
	slices.Sort(words)
	return words
}
