package rehearse

import (
	"context"
	"errors"

	"lancar/app/rehearse/browse"
	"lancar/app/rehearse/stage"
)

// Officer signs an officer in on the office's pages, in one role, and returns their browser, for what
// begins behind the sign-in.
func Officer(ctx context.Context, o Options, officer stage.Officer, role string) (*browse.Browser, error) {
	p, err := prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	d := &desk{officer: officer, role: role}
	err = p.offices.signIn(ctx, d)
	return d.b, err
}

// SignIns signs n different people in on the node's bare host and returns their cookies by name, for
// load that begins behind the sign-in.
func SignIns(ctx context.Context, o Options, n int) ([]map[string]string, error) {
	p, err := prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	out := make([]map[string]string, n)
	err = each(ctx, o.C, n, func(i int) (err error) {
		out[i], err = p.signedIn(ctx, i)
		return err
	})
	return out, err
}

func (p *play) signedIn(ctx context.Context, i int) (map[string]string, error) {
	j := newJourney(p, p.acts[i%len(p.acts)], i)
	defer j.close()
	var ok bool
	if j.who, ok = p.world.borrow(j.office, nil); !ok {
		return nil, errors.New("too few people")
	}
	j.b = newBrowser(p.node, p.took)
	home := *p.node
	home.Host = "localhost:" + p.node.Port()
	page, err := j.b.Get(ctx, home.JoinPath("/signin").String()+"?to=/me")
	if err != nil {
		return nil, err
	}
	if _, err := j.signIn(ctx, page); err != nil {
		return nil, err
	}
	return cookiesOf(j.b, &home), nil
}
