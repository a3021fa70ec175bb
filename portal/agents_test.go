package portal

import (
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity/machine"
	"lancar/internal/store"
)

const agentKey = `{"kty":"OKP","crv":"Ed25519","kid":"k-1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}` // RFC 8037, appendix A.2

func TestAPersonsAgentIsSeenAndStopped(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("5315044609970001")
	b.get("/me/agents")
	b.shows(200, "Belum ada agen yang bekerja untuk Anda.")
	b.get("/me/agents/new")
	b.shows(200, "Jangan pernah memberikan kode masuk")
	form := []string{"name", "Asisten <saya>", "purpose", "Mengingatkan saya tentang permohonan.", "scopes", "cases.read", "keys", agentKey}
	b.post("/me/agents/new", form...)
	b.shows(422, "Pilih berapa lama berlaku.", "Asisten")
	b.post("/me/agents/new", append(form, "days", "30")...)
	b.shows(200, "Agen terdaftar", "Asisten &lt;saya&gt;", "melihat keadaan permohonan", "Belum melakukan apa pun.")
	own := w.mine()
	list, err := w.Machines.Mine(t.Context(), own)
	w.Must(err)
	agent, err := w.Machines.Admit(t.Context(), machine.Use{Machine: list[0].ID, Scope: "cases.read"})
	w.Must(err)
	w.Must(w.Machines.Flush(t.Context()))
	w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
		_, err := w.Access.OpenTx(tx, access.Request{Who: agent, Subject: own.Subject(), Region: "53.15", What: []string{access.Case},
			Purpose: lancar.Text{"id": "Mengingatkan Anda"}, Ground: lancar.Text{"id": "Permintaan Anda sendiri"}})
		return err
	}))
	w.run()
	b.get("/me/agents")
	b.shows(200, "1 kali", "terakhir")
	b.get("/me/looked?who=" + string(list[0].ID))
	b.shows(200, "Agen Anda (mesin): Asisten &lt;saya&gt;", "Mengingatkan Anda")

	other := w.browser()
	other.signIn("5315040101850002")
	other.post("/me/agents/" + string(list[0].ID) + "/stop")
	other.shows(404)
	b.post("/me/agents/" + string(list[0].ID) + "/stop")
	b.shows(200, "Semua panggilannya ditolak", "Dihentikan")
	if w.Machines.Alive(t.Context(), list[0].ID) {
		t.Error("the agent goes on")
	}
	w.Pass(16 * time.Minute)
	b.get("/me/agents/new")
	b.shows(200, "kode")
}
