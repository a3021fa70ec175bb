package oidc

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Back-channel logout (OpenID Connect Back-Channel Logout 1.0): when a sign-in ends, every app that a
// grant of it went to is told, at the address it registered. Telling is tried again for a day; each
// failure stands in the client's log.

const (
	logoutQueue = "oidc.logout"
	logoutTries = 150             // the last ones ten minutes apart: about a day
	logoutLife  = 2 * time.Minute // of a logout token
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
)

// Left ends what was given on the strength of sign-ins of an account that are over: grants that are
// not offline, and tells every app. It subscribes to identity.EventLeft.
func (p *Provider) Left(tx *store.Tx, e jobs.Event) error {
	var out identity.SignedOut
	if err := json.Unmarshal(e.Payload, &out); err != nil {
		return err
	}
	return p.leaveTx(tx, out.Account, 0)
}

// leaveTx ends the grants of an account whose sign-in is over; all of them, offline ones too, when
// the account signed out everywhere (in microseconds, 0 for not), where those that ended then are told of.
func (p *Provider) leaveTx(tx *store.Tx, account lancar.ID, everywhere int64) error {
	list, err := grantsLeft(tx, account, everywhere)
	if err != nil {
		return err
	}
	for _, id := range list {
		g, err := p.grantByID(tx, id)
		if err != nil {
			return err
		}
		end := leaveSession
		if everywhere > 0 || !slices.Contains(g.Scope, "offline_access") {
			end = endGrant
		}
		if err := end(tx, id); err != nil {
			return err
		}
		reg, err := clientByID(tx, g.Client)
		if err == store.ErrNone || err == nil && (reg.LogoutURI == "" || reg.Stage == Ended) {
			continue
		}
		if err != nil {
			return err
		}
		job := jobs.Job{Region: reg.Region, Queue: logoutQueue, Dedup: string(g.Client) + " " + string(g.Session), Payload: []byte(string(g.ID) + " " + string(g.Session))}
		if err := p.Queue.EnqueueTx(tx, job); err != nil {
			return err
		}
	}
	return nil
}

// heldBy reads something and the client whose it is; no client if either is gone or the client ended.
func heldBy[T any](ctx context.Context, p *Provider, read func(*store.Tx) (T, lancar.ID, error)) (held T, reg registration, err error) {
	err = p.DB.Read(ctx, func(tx *store.Tx) (err error) {
		var client lancar.ID
		if held, client, err = read(tx); err == nil {
			reg, err = clientByID(tx, client)
		}
		return err
	})
	if err == store.ErrNone || err == nil && reg.Stage == Ended {
		return held, registration{}, nil
	}
	return held, reg, err
}

// tellLeft sends one logout token, made anew for each attempt.
func (p *Provider) tellLeft(ctx context.Context, j jobs.Job) error {
	id, session, _ := strings.Cut(string(j.Payload), " ")
	g, reg, err := heldBy(ctx, p, func(tx *store.Tx) (grant, lancar.ID, error) {
		g, err := p.grantByID(tx, lancar.ID(id))
		return g, g.Client, err
	})
	if err != nil || reg.LogoutURI == "" {
		return err
	}
	g.Session = lancar.ID(session)
	token, err := p.logoutToken(ctx, &reg, &g)
	if err != nil {
		return err
	}
	if err = p.postTo(ctx, reg.LogoutURI, "application/x-www-form-urlencoded", "", url.Values{"logout_token": {token}}.Encode()); err == nil {
		return nil
	}
	p.note(ctx, reg.ID, "logout", refuse("logout_failed", "Pemberitahuan keluar tidak diterima aplikasi. Dicoba lagi sampai satu hari.", "The logout token was not taken, it is sent again for a day"))
	if j.Attempt >= logoutTries {
		return jobs.Dead(fmt.Errorf("given up: %w", err))
	}
	return err
}

func (p *Provider) logoutToken(ctx context.Context, reg *registration, g *grant) (string, error) {
	now := p.DB.Now()
	k, err := p.key(ctx, reg.IDTokenAlg)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(map[string]any{"iss": p.config.Issuer, "aud": string(reg.ID), "iat": now.Unix(), "exp": now.Add(logoutLife).Unix(), "jti": keys.Token(),
		"sub": g.Sub, "sid": p.sid(reg, g.Session), "events": map[string]any{logoutEvent: map[string]any{}}})
	if err != nil {
		return "", err
	}
	return sign(k, header(k.alg, "logout+jwt", k.kid), payload)
}
