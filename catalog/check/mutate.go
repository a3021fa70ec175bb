package check

import "lancar/catalog"

func (r *Report) mutate(d *catalog.Definition) {}
