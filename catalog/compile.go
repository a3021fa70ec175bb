package catalog

type compiled struct{}
