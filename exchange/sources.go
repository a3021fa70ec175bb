package exchange

import "lancar/internal/strictyaml"

// Sources lists the registers that are declared, for tools that check definitions.
func Sources() ([]Source, error) {
	var list []Source
	err := strictyaml.Decode("exchange/sources.yaml", sourcesFile, &list)
	return list, err
}
