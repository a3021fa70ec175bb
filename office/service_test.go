package office

// testService is free: a reviewer gives an opinion, a decider who does not see the name decides
// by a checklist, a second person signs. Nothing is deemed.
var testService = map[string]string{
	"service.yaml": `kind: decision
title: {id: "Izin uji", en: "Test permit"}
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
  - id: decide
    kind: decide
    role: decider
    hide_name: true
    title: {id: "Keputusan petugas", en: "Decision"}
    checklist:
      - {id: fits, text: {id: "Foto sesuai catatan", en: "The photo fits the note"}, fields: [note, paper]}
      - {id: place-known, text: {id: "Tempatnya dikenal", en: "The place is known"}, fields: [village]}
  - {id: sign, kind: sign, role: signer, title: {id: "Tanda tangan kepala kantor", en: "Signature"}}
output: {kind: letter, title: {id: "Surat izin uji", en: "Test permit"}, number: "503/{number}/{year}", valid_forever: true}
retention: {years: 1, text: {id: "Setahun.", en: "A year."}, law: uu25}
`,
	"form.yaml": `applicant: [nik, name, birth_date]
requirements:
  - {id: note, text: {id: "Catatan yang jelas.", en: "A clear note."}, fields: [note], law: uu25}
  - {id: paper, text: {id: "Foto yang terang.", en: "A bright photo."}, fields: [paper], law: uu25}
sections:
  - id: main
    title: {id: "Isian", en: "Form"}
    fields:
      - {id: village, kind: place, level: village, label: {id: "Di mana?", en: "Where?"}}
      - {id: note, kind: text, label: {id: "Catatan", en: "Note"}}
      - {id: paper, kind: attachment, label: {id: "Foto", en: "Photo"}}
      - {id: extra, kind: text, optional: true, label: {id: "Nama di kartu", en: "Name on the card"}, confirm: {register: population, field: name}}
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
  - {id: unfit, text: {id: "Tidak sesuai rencana", en: "Does not fit the plan"}, law: uu25}
`,
	"examples.yaml": `- name: Dikabulkan
  shows: granted
  today: 2026-11-23
  applicant: {nik: "5315015204900001", name: MARIA, birth_date: 1990-04-12}
  answers: {village: 53.15.05.1025, note: halo}
  files: {paper: 1}
  acts: [{event: draw}, {event: opine}, {event: grant}, {event: sign}]
  expect: {state: granted}
- name: Ditolak
  shows: refused
  today: 2026-11-23
  applicant: {nik: "5315015204900001", name: MARIA, birth_date: 1990-04-12}
  answers: {village: 53.15.05.1025, note: halo}
  files: {paper: 1}
  acts: [{event: draw}, {event: opine}, {event: refuse, ground: unfit}, {event: sign}]
  expect: {state: refused}
- name: Tidak sopan
  shows: boundary
  today: 2026-11-23
  applicant: {nik: "5315015204900001", name: MARIA, birth_date: 1990-04-12}
  answers: {village: 53.15.05.1025, note: jangan}
  files: {paper: 1}
  expect: {state: draft, against: [polite]}
`,
	"letters/granted.id.txt": "# SURAT IZIN UJI\n\nNama :: {applicant.name}\nCatatan :: {answers.note}\n\n{decision.basis}\n",
	"letters/granted.en.txt": "# TEST PERMIT\n\nName :: {applicant.name}\nNote :: {answers.note}\n\n{decision.basis}\n",
}
