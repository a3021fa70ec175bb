package document

// Print draws a letter that is signed elsewhere, by hand or in another system: without number, QR code or
// electronic signature, and with room for one. It is kept nowhere. simulated says SIMULASI on every page.
func (d *Documents) Print(p Paper, simulated bool) ([]byte, error) {
	p.Number, p.CheckURL, p.Simulated, p.Unsigned = "", "", simulated, true
	return d.style.render(p)
}
