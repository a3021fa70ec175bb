package rule

import (
	"math/big"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// functions adds what definitions need besides operators:
//
//	date("2026-01-31")          a fixed date
//	age(birth, on)              completed years
//	days_between(a, b)          days from a to b, negative when b is earlier
//	months_between(a, b)        completed months from a to b
//	days_after(date, n)         n days later
//	months_after(date, n)       n months later; the last day of the month where it has fewer days
//	earlier(a, b)               the earlier of two dates
//	year(date)                  the year
//	percent(amount, "0.5")      that exact percentage, rounded half up to whole rupiah
//	min(a, b), max(a, b)        of whole numbers
func functions() []cel.EnvOption {
	i, s, d := cel.IntType, cel.StringType, cel.TimestampType
	return []cel.EnvOption{
		one("date", s, d, func(v ref.Val) ref.Val {
			t, err := time.Parse(time.DateOnly, string(v.(types.String)))
			if err != nil {
				return types.NewErr("%q is not a date like 2026-01-31", v)
			}
			return types.Timestamp{Time: t}
		}),
		one("year", d, i, func(v ref.Val) ref.Val { return types.Int(day(v).Year()) }),
		two("age", d, d, i, func(a, b ref.Val) ref.Val { return types.Int(months(day(a), day(b)) / 12) }),
		two("days_between", d, d, i, func(a, b ref.Val) ref.Val {
			return types.Int(day(b).Sub(day(a)) / (24 * time.Hour))
		}),
		two("months_between", d, d, i, func(a, b ref.Val) ref.Val { return types.Int(months(day(a), day(b))) }),
		two("days_after", d, i, d, func(a, n ref.Val) ref.Val { return later(day(a), 0, int64(n.(types.Int))) }),
		two("months_after", d, i, d, func(a, n ref.Val) ref.Val { return later(day(a), int64(n.(types.Int)), 0) }),
		two("earlier", d, d, d, func(a, b ref.Val) ref.Val {
			if day(b).Before(day(a)) {
				return b
			}
			return a
		}),
		two("percent", i, s, i, percent),
		two("min", i, i, i, func(a, b ref.Val) ref.Val { return min(a.(types.Int), b.(types.Int)) }),
		two("max", i, i, i, func(a, b ref.Val) ref.Val { return max(a.(types.Int), b.(types.Int)) }),
	}
}

func one(name string, arg, result *cel.Type, f func(ref.Val) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_1", []*cel.Type{arg}, result, cel.UnaryBinding(f)))
}

func two(name string, a, b, result *cel.Type, f func(a, b ref.Val) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_2", []*cel.Type{a, b}, result, cel.BinaryBinding(f)))
}

func day(v ref.Val) time.Time { return v.(types.Timestamp).Time }

// months counts completed months from a to b. Somebody born on 29 February completes a year on
// 1 March where there is no 29 February.
func months(a, b time.Time) int {
	if b.Before(a) {
		return -months(b, a)
	}
	n := (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
	if b.Day() < a.Day() {
		n--
	}
	return n
}

// reach bounds dates to what offices deal with, so that arithmetic stays total.
const reach = 200 * 366

func later(t time.Time, months, days int64) ref.Val {
	if max(months, -months) > reach/28 || max(days, -days) > reach {
		return types.NewErr("too far from %s", t.Format(time.DateOnly))
	}
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return types.Timestamp{Time: first.AddDate(0, 0, min(t.Day(), last)-1+int(days))}
}

// percent is exact: the rate is a decimal, the result is rounded half up.
func percent(amount, rate ref.Val) ref.Val {
	text := string(rate.(types.String))
	r, ok := new(big.Rat).SetString(text)
	if !ok || len(text) > 12 {
		return types.NewErr("%q is not a percentage like 0.5", text)
	}
	r.Mul(r, big.NewRat(int64(amount.(types.Int)), 100))
	r.Add(r, big.NewRat(1, 2))
	whole := new(big.Int).Div(r.Num(), r.Denom())
	if !whole.IsInt64() {
		return types.NewErr("the amount is too large")
	}
	return types.Int(whole.Int64())
}
