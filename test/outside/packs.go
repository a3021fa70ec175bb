package outside

import (
	"io/fs"
	"strings"
	"sync"
	"testing/fstest"

	"lancar/region"
	"lancar/region/places"
	"lancar/regions"
)

// Copied is the files of these folders, or of all, to be changed by a test.
func Copied(from fs.FS, dirs ...string) fstest.MapFS {
	if len(dirs) == 0 {
		dirs = []string{"."}
	}
	out := fstest.MapFS{}
	for _, dir := range dirs {
		err := fs.WalkDir(from, dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := fs.ReadFile(from, name)
			out[name] = &fstest.MapFile{Data: b}
			return err
		})
		if err != nil {
			panic(err) // what is compiled in can be read
		}
	}
	return out
}

var packs = sync.OnceValue(func() *region.Regions { return load(regions.FS) })

// Packs are the regions as they are.
func Packs() *region.Regions { return packs() }

// PacksWith are the regions with these services launched in 53.15, and more files.
func PacksWith(more map[string]string, launched ...string) *region.Regions {
	out := Copied(regions.FS)
	pack := out["53.15/region.yaml"]
	for _, slug := range launched {
		pack.Data = []byte(strings.Replace(string(pack.Data), "\nservices:\n", "\nservices:\n  "+slug+": {from: 2026-01-05}\n", 1))
	}
	for name, text := range more {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return load(out)
}

func load(from fs.FS) *region.Regions {
	table, err := places.Open()
	if err != nil {
		panic(err)
	}
	rs, err := region.Load(from, table)
	if err != nil {
		panic(err)
	}
	return rs
}
