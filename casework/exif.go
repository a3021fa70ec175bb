package casework

import (
	"bytes"
	"encoding/binary"
)

const orientationTag = 0x0112 // EXIF 2.3, table 4

// orientation reads the EXIF orientation of a JPEG, 1 when it has none or it cannot be read.
func orientation(data []byte) int {
	for i := 2; i+4 <= len(data) && data[i] == 0xff; {
		marker, size := data[i+1], int(binary.BigEndian.Uint16(data[i+2:]))
		end := i + 2 + size
		if marker == 0xda || size < 2 || end > len(data) { // the picture begins, or nonsense
			return 1
		}
		if segment := data[i+4 : end]; marker == 0xe1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return tiffOrientation(segment[6:])
		}
		i = end
	}
	return 1
}

// tiffOrientation looks for the tag in the first directory of a TIFF header.
func tiffOrientation(t []byte) int {
	if len(t) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if t[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(t[4:]))
	if at+2 > uint64(len(t)) {
		return 1
	}
	for n, e := order.Uint16(t[at:]), at+2; n > 0 && e+12 <= uint64(len(t)); n, e = n-1, e+12 {
		if order.Uint16(t[e:]) == orientationTag {
			if o := int(order.Uint16(t[e+8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
	}
	return 1
}
