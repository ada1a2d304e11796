package adminapi

import (
	"context"
	"iter"
)

// MaxPage is the most entries that a paged answer has.
const MaxPage = 100

// Page asks for a part of a list that can be long. Lists are in the order of
// their entries' names, compared in lower case.
type Page struct {
	After string `json:"after,omitempty"` // the name of the last entry one has
	Max   int    `json:"max,omitempty"`   // at most this many; 0 asks for the whole list
}

// Size is how many entries the page may have, and false when it may have all.
func (p Page) Size() (int, bool) { return min(p.Max, MaxPage), p.Max > 0 }

// Pages makes a Get call page by page and gives the entries one after the
// other, so that a list of any length needs little memory. name is what After
// of the next page is. A failure is the last thing given.
func Pages[T any](ctx context.Context, c *Client, call Call[Identity, []T], identity string, name func(T) string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		next := Identity{Identity: identity, Page: Page{Max: MaxPage}}
		for {
			page, err := Do(ctx, c, call, next)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, entry := range page {
				if !yield(entry, nil) {
					return
				}
			}
			// A list that is not paged comes whole, however long it is.
			if len(page) != MaxPage || name(page[len(page)-1]) == next.After {
				return
			}
			next.After = name(page[len(page)-1])
		}
	}
}
