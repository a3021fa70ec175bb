package office

import (
	"net/url"
	"testing"

	"lancar/casework"
	"lancar/identity/mandate"
)

func TestTwoOfficersSettleAnHeirAndTheReviewerSeesForWhom(t *testing.T) {
	w := newWorld(t)
	w.staff()
	_, s := w.person()
	w.hire("197501012000011002", "Tena Adil", "claims")
	first, second := w.enter(domi, "claims"), w.enter("197501012000011002", "")
	form := url.Values{"number": {opa}, "name": {"Opa Jehalut"}, "born.d": {"3"}, "born.m": {"3"}, "born.y": {"1940"}, "heir": {maria}, "heir_name": {"Maria Goreti Jehalut"},
		"until.d": {"30"}, "until.m": {"6"}, "until.y": {"2027"}}
	first.get("/office/mandates").is(200).has("Usulkan ahli waris").lacks("menunggu petugas kedua")
	first.post("/office/mandates", form).is(422).has("surat keterangan ahli waris")
	form.Set("paper", "SKAW 12/2026")
	living := url.Values{}
	for k, v := range form {
		living[k] = v
	}
	living.Set("number", maria)
	living.Set("heir", opa)
	first.post("/office/mandates", living).is(422).has("Data kependudukan tidak membenarkannya")
	first.post("/office/mandates", form).is(200).has("Petugas lain harus memutus")
	m, err := w.Mandates.Held(t.Context(), s)
	w.Must(err)
	if len(m) != 1 || m[0].State != mandate.Claimed {
		t.Fatalf("%+v", m)
	}
	at := "/office/mandates/" + string(m[0].ID)
	first.post(at, url.Values{"do": {"agree"}}).is(403).has("bukan yang mengusulkan")
	w.enter("198001012005011001", "").get("/office/mandates").is(403)
	second.get("/office/mandates").is(200).has("OPA JEHALUT", "SKAW 12/2026", "Domi Jujur")
	second.post(at, url.Values{"do": {"agree"}}).is(200).has("Sudah diputus")
	w.run()
	if !w.Told("maria@example.com", "Diputus petugas kedua") {
		t.Error("the heir was not told")
	}
	s.Mandate = m[0].ID
	a, err := w.Mandates.Acting(t.Context(), s)
	w.Must(err)
	who := casework.Applicant{Account: a.Mandate.Principal.Account, Subject: a.Mandate.Principal.Subject, Lang: "id", By: a.By}
	number := w.submit(who)
	w.run()
	list := map[string]*browser{beni: w.enter(beni, ""), clara: w.enter(clara, ""), anna: w.enter(anna, "")}
	w.holder(number, list).get("/office/cases/"+number).is(200).has("Diajukan untuk pemohon oleh", "ahli waris", string(m[0].ID))
}

// An officer finds what stands over somebody by number and stops it with a reason; the number is in no address,
// and the officer's family's mandates are not theirs to stop.
func TestAnOfficerStopsAMandate(t *testing.T) {
	w := newWorld(t)
	w.staff()
	_, s := w.person()
	w.hire("197501012000011002", "Tena Adil", "claims")
	first, second := w.enter(domi, "claims"), w.enter("197501012000011002", "")
	form := url.Values{"number": {opa}, "name": {"Opa Jehalut"}, "born.d": {"3"}, "born.m": {"3"}, "born.y": {"1940"}, "heir": {maria}, "heir_name": {"Maria Goreti Jehalut"},
		"paper": {"SKAW 12/2026"}, "until.d": {"30"}, "until.m": {"6"}, "until.y": {"2027"}}
	first.post("/office/mandates", form).is(200)
	m, err := w.Mandates.Held(t.Context(), s)
	w.Must(err)
	at := "/office/mandates/" + string(m[0].ID)
	first.post("/office/mandates/over", url.Values{"over": {opa}}).is(200).has("Tidak ada kuasa yang berlaku")
	second.post(at, url.Values{"do": {"agree"}}).is(200)
	first.post("/office/mandates/over", url.Values{"over": {"12"}}).is(422).has("NIK (16 angka)")
	first.post("/office/mandates/over", url.Values{"over": {maria}}).is(200).has("Tidak ada kuasa yang berlaku") // she holds it
	first.post("/office/mandates/over", url.Values{"over": {opa}}).is(200).has("OPA JEHALUT", "Alasan yang dibaca kedua pihak").lacks(opa)
	w.enter(anna, "").post("/office/mandates/over", url.Values{"over": {opa}}).is(403)
	w.enter(anna, "").post(at+"/stop", url.Values{"reason": {"x"}}).is(403)
	first.post(at+"/stop", url.Values{"reason": {" "}}).is(422)
	first.post(at+"/stop", url.Values{"reason": {"Putusan PN 9/2026"}}).is(200).has("dihentikan")
	first.post(at+"/stop", url.Values{"reason": {"Putusan PN 9/2026"}}).is(409)
	w.run()
	if !w.Told("maria@example.com", "Putusan PN 9/2026") {
		t.Error("the holder is not told why: ", w.Mail("maria@example.com"))
	}
	s.Mandate = m[0].ID
	if _, err := w.Mandates.Acting(t.Context(), s); err == nil {
		t.Error("a stopped mandate is used")
	}
}
