package pin_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A permission for a release is left by who has checked a PIN or a passkey, and by nobody else.
func TestWhoLeavesAPermission(t *testing.T) {
	may := map[string]bool{"identity/pin": false, "identity/passkey": false}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), ".PermitTx(") {
			return err
		}
		at, err := filepath.Rel(root, filepath.Dir(path))
		if _, ok := may[filepath.ToSlash(at)]; !ok {
			t.Errorf("%s leaves a permission by itself", path)
		}
		may[filepath.ToSlash(at)] = true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for at, does := range may {
		if !does {
			t.Errorf("%s leaves none: this test looks for the wrong thing", at)
		}
	}
}
