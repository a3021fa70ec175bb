package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"
)

// Run serves until ctx ends or the parent is gone, whichever is first. Config.Parent is the
// reading end of a pipe whose writing end only the parent holds: it ends with the parent,
// however that ends.
func Run(ctx context.Context, c Config) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if c.Parent != nil {
		debug.SetGCPercent(50)
		go watch(c.Parent, stop)
		go slim(ctx)
	}
	s, err := Open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	web, mail, err := s.listen(ctx)
	if err != nil {
		return err
	}
	defer web.Close()
	defer mail.Close()
	if c.Ready != nil {
		if err := json.NewEncoder(c.Ready).Encode(map[string]string{"ready": s.http, "smtp": s.smtp}); err != nil {
			return err
		}
	}
	return s.serve(ctx, web, mail)
}

// watch calls stop when the parent's end of the pipe is closed, or its process is no longer ours.
func watch(parent io.Reader, stop func()) {
	was := os.Getppid()
	go func() {
		for os.Getppid() == was {
			time.Sleep(500 * time.Millisecond)
		}
		stop()
	}()
	io.Copy(io.Discard, parent)
	stop()
}

// slim gives memory back that a burst of work needed: the process sits beside a small node.
func slim(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(20 * time.Second):
			debug.FreeOSMemory()
		}
	}
}

func (s *Sandbox) serve(ctx context.Context, web, mail net.Listener) error {
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { s.deliver(ctx) })
	group.Go(func() { s.serveMail(ctx, mail) })
	group.Go(func() { s.syncClock(ctx) })
	group.Go(func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if server.Shutdown(end) != nil {
			server.Close()
		}
	})
	s.log.Info("sandbox serves", "http", s.http, "smtp", s.smtp)
	if err := server.Serve(web); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (s *Sandbox) listen(ctx context.Context) (web, mail net.Listener, err error) {
	host, _, err := net.SplitHostPort(s.config.Addr)
	if err != nil {
		return nil, nil, fmt.Errorf("addr: %w", err)
	}
	if web, err = s.take(ctx, "port.http", s.config.Addr); err != nil {
		return nil, nil, err
	}
	smtp := s.config.SMTPAddr
	if smtp == "" {
		smtp = net.JoinHostPort(host, "0")
	}
	if mail, err = s.take(ctx, "port.smtp", smtp); err != nil {
		web.Close()
		return nil, nil, err
	}
	s.http, s.smtp = "http://"+reachable(web.Addr()), reachable(mail.Addr())
	return web, mail, nil
}

// reachable is the address under which the same machine reaches a listener.
func reachable(a net.Addr) string {
	t := a.(*net.TCPAddr)
	if t.IP.IsUnspecified() {
		return fmt.Sprintf("127.0.0.1:%d", t.Port)
	}
	return t.String()
}

// take listens on addr; port 0 means the port of last time if there was one. A process that is
// just ending may hold it for a moment.
func (s *Sandbox) take(ctx context.Context, name, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	was, err := s.setting(ctx, name)
	if err != nil {
		return nil, err
	}
	if port == "0" && was != "" {
		port = was
	}
	for try := 0; ; try++ {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, port))
		if err == nil {
			_, got, _ := net.SplitHostPort(l.Addr().String())
			return l, s.set(ctx, name, got)
		}
		if try == 50 || ctx.Err() != nil {
			return nil, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}
