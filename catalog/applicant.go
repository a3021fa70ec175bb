package catalog

import "lancar"

// population is the exchange source of the population register.
const population = "population"

// applicantSection makes the first page of a form: what must be known of the applicant. Residents
// are found in the population register; foreigners type what their passport says.
func applicantSection(ids []string) Section {
	s := Section{ID: "applicant", Title: lancar.Text{"id": "Tentang Anda", "en": "About you"}}
	known := map[string]Field{}
	for _, f := range applicantFields() {
		known[f.ID] = f
	}
	for _, id := range ids {
		if f, ok := known["applicant."+id]; ok {
			s.Fields = append(s.Fields, f)
		}
	}
	return s
}

func applicantFields() []Field {
	only := func(f Field, rule string) Field { f.ShowIf = rule; return f }
	const resident, foreigner = `applicant.kind != "foreigner"`, `applicant.kind == "foreigner"`
	return []Field{
		only(about("nik", "nik", "Nomor induk kependudukan (NIK)", "National identity number"), resident),
		only(about("family_card", "family_card", "Nomor kartu keluarga", "Number of the family card"), resident),
		only(about("passport", "passport", "Nomor paspor", "Passport number"), foreigner),
		only(about("nationality", "text", "Kewarganegaraan", "Nationality"), foreigner),
		about("name", "text", "Nama lengkap", "Full name"),
		about("birth_place", "text", "Tempat lahir", "Place of birth"),
		about("birth_date", "date", "Tanggal lahir", "Date of birth"),
		choice(about("sex", "choice", "Jenis kelamin", "Sex"), "L", "Laki-laki", "Male", "P", "Perempuan", "Female"),
		about("religion", "text", "Agama", "Religion"),
		choice(about("marital_status", "choice", "Status perkawinan", "Marital status"), "BELUM KAWIN", "Belum kawin", "Single",
			"KAWIN", "Kawin", "Married", "CERAI HIDUP", "Cerai hidup", "Divorced", "CERAI MATI", "Cerai mati", "Widowed"),
		about("occupation", "text", "Pekerjaan", "Occupation"),
		about("address", "text", "Alamat", "Address"),
		only(about("domicile", "place", "Desa atau kelurahan tempat tinggal", "Village where you live"), resident),
		about("phone", "phone", "Nomor telepon", "Telephone number"),
		about("email", "email", "Alamat surel", "E-mail address"),
	}
}

func about(id, kind, idn, en string) Field {
	f := Field{ID: "applicant." + id, Kind: kind, Label: lancar.Text{"id": idn, "en": en}}
	switch id {
	case "passport", "phone", "email": // contacts in a register are for matching alone, never shown
	default:
		f.Known = &Source{Register: population, Field: id, By: "applicant.nik"}
	}
	switch id {
	case "birth_date":
		f.Past = true
	case "religion":
		f.Specific = true
	case "domicile":
		f.Level = "village"
	}
	return f
}

func choice(f Field, options ...string) Field {
	for i := 0; i+2 < len(options); i += 3 {
		f.Options = append(f.Options, Option{options[i], lancar.Text{"id": options[i+1], "en": options[i+2]}})
	}
	return f
}

// FromSignIn says whether signing in establishes the field. What sign-in established is never typed
// over: nobody applies in another's name by filling in a form.
func (f *Field) FromSignIn() bool {
	switch f.ID {
	case "applicant.nik", "applicant.passport", "applicant.name", "applicant.birth_date", "applicant.nationality":
		return true
	}
	return false
}
