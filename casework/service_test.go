package casework_test

// freeService costs nothing, asks a reviewer and then a decider, has nobody sign, and knows no
// deemed approval.
var freeService = map[string]string{
	"service.yaml": `kind: decision
title: {id: "Layanan uji", en: "Test service"}
summary: {id: "Untuk uji.", en: "For tests."}
owner: {agency: dpmptsp, level: regency, of: answers.village}
audience: [resident]
life_events: [business]
keywords: {id: [uji], en: [test]}
law:
  - {id: uu25, text: "UU 25/2009 tentang Pelayanan Publik", status: confirmed}
standard:
  procedure: {id: "Isi, lalu tunggu.", en: "Fill in, then wait."}
steps:
  - {id: check, kind: check, title: {id: "Pemeriksaan kelengkapan", en: "Completeness"}}
  - {id: view, kind: opinion, role: reviewer, title: {id: "Pertimbangan", en: "Opinion"}}
  - {id: decide, kind: decide, role: signer, title: {id: "Keputusan", en: "Decision"}}
output: {kind: letter, title: {id: "Surat uji", en: "Test letter"}, number: "503/{number}/{year}", valid_forever: true}
retention: {years: 1, text: {id: "Setahun.", en: "A year."}, law: uu25}
`,
	"form.yaml": `applicant: [nik, name, birth_date]
requirements:
  - {id: note, text: {id: "Catatan.", en: "A note."}, fields: [note], law: uu25}
sections:
  - id: main
    title: {id: "Isian", en: "Form"}
    fields:
      - {id: village, kind: place, level: village, label: {id: "Di mana?", en: "Where?"}}
      - {id: note, kind: text, label: {id: "Catatan", en: "Note"}}
      - {id: paper, kind: attachment, optional: true, label: {id: "Berkas", en: "Paper"}}
      - {id: mother_nik, kind: nik, optional: true, label: {id: "NIK ibu", en: "Mother's number"}}
      - {id: mother_name, kind: text, optional: true, label: {id: "Nama ibu", en: "Mother's name"}, confirm: {register: population, field: name, by: mother_nik}}
`,
	"rules.yaml": `fee: {free: {id: "Gratis.", en: "Free."}, law: uu25}
conditions:
  - id: polite
    require: answers.note != "jangan"
    because: {id: "Catatan {answers.note} tidak diterima.", en: "Note {answers.note} is not accepted."}
    mend: {id: "Ubah catatan.", en: "Change the note."}
    law: uu25
term: {working_days: 3, deemed_approval: false, ground: {id: "Tiga hari.", en: "Three days."}, law: uu25}
correction: {working_days: 10}
refusal:
  - {id: no, text: {id: "Tidak sesuai", en: "Does not fit"}, law: uu25}
`,
	"examples.yaml": `- name: Dikabulkan
  shows: granted
  today: 2026-11-23
  applicant: {nik: "5315015204900001", name: MARIA, birth_date: 1990-04-12}
  answers: {village: 53.15.05.1025, note: halo}
  acts: [{event: draw}, {event: opine}, {event: grant}]
  expect: {state: granted}
- name: Ditolak
  shows: refused
  today: 2026-11-23
  applicant: {nik: "5315015204900001", name: MARIA, birth_date: 1990-04-12}
  answers: {village: 53.15.05.1025, note: halo}
  acts: [{event: draw}, {event: opine}, {event: refuse, ground: no}]
  expect: {state: refused}
- name: Tidak sopan
  shows: boundary
  today: 2026-11-23
  applicant: {nik: "5315015204900001", name: MARIA, birth_date: 1990-04-12}
  answers: {village: 53.15.05.1025, note: jangan}
  expect: {state: draft, against: [polite]}
`,
	"letters/granted.id.txt": "# SURAT UJI\n\nNama :: {applicant.name}\nCatatan :: {answers.note}\n\n{decision.basis}\n",
	"letters/granted.en.txt": "# TEST LETTER\n\nName :: {applicant.name}\nNote :: {answers.note}\n\n{decision.basis}\n",
}
