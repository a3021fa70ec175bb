package store

import (
	"context"
	"runtime"
)

const (
	// appenders is how many shared transactions are on their way at once: while one waits for the disk,
	// the next fills.
	appenders = 2
	appendMax = 64 // appends in one of them
)

// postgresAppend is an append that waits for its transaction.
type postgresAppend struct {
	list recorder
	done chan error
}

func (p *postgresDB) append(ctx context.Context, list recorder) error {
	a := postgresAppend{list, make(chan error, 1)}
	select {
	case p.appends <- a:
	case <-ctx.Done():
		return ctx.Err()
	case <-p.closed:
		return errClosed
	}
	return <-a.done // once taken it ends by itself: giving up here would leave its outcome unknown
}

func (p *postgresDB) appender() {
	for {
		select {
		case first := <-p.appends:
			p.together(p.gather(first))
		case <-p.closed:
			return
		}
	}
}

// gather takes what waits behind the first, and lets those who are about to append come up to here.
func (p *postgresDB) gather(first postgresAppend) []postgresAppend {
	group := []postgresAppend{first}
	for yielded := false; len(group) < appendMax; {
		select {
		case a := <-p.appends:
			group, yielded = append(group, a), false
			continue
		default:
		}
		if yielded {
			break
		}
		yielded = true
		runtime.Gosched()
	}
	return group
}

// together runs a group in one transaction. A statement that fails undoes all of it and nothing of it
// is in, so each is run again alone, and the one to blame is told.
func (p *postgresDB) together(group []postgresAppend) {
	ctx := context.Background()
	err := p.once(ctx, func(s session) error {
		for _, a := range group {
			if err := a.list.replay(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	alone := sqlState(err) != "" && (len(group) > 1 || retryable(err))
	for _, a := range group {
		if alone {
			err = p.write(ctx, func(s session) error { return a.list.replay(ctx, s) })
		}
		a.done <- err
	}
}
