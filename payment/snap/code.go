package snap

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Code is a response code: three digits HTTP status, two of the service, two of the case.
type Code struct {
	HTTP    int
	Service Service
	Case    string
}

func (c Code) String() string { return fmt.Sprintf("%03d%s%s", c.HTTP, c.Service, c.Case) }

// ParseCode reads a response code of seven digits.
func ParseCode(s string) (Code, error) {
	if !regexp.MustCompile(`^[1-5]\d{6}$`).MatchString(s) {
		return Code{}, fmt.Errorf("snap: %q is not a response code", s)
	}
	http, _ := strconv.Atoi(s[:3])
	return Code{http, Service(s[3:5]), s[5:]}, nil
}

// Status begins every answer.
type Status struct {
	ResponseCode    string `json:"responseCode"`
	ResponseMessage string `json:"responseMessage"`
}

// OK says whether the code tells success (HTTP 200, case 00).
func (s Status) OK() bool {
	c, err := ParseCode(s.ResponseCode)
	return err == nil && c.HTTP == 200 && c.Case == "00"
}

// Result is an outcome before it is tied to a service: HTTP status and case.
type Result struct {
	HTTP int
	Case string
}

// The results that a node or acquirer gives; names as in the standard's table.
func results(r Result) string {
	switch r {
	case Result{200, "00"}:
		return "Successful"
	case Result{202, "00"}:
		return "Request In Progress"
	case Result{400, "00"}:
		return "Bad Request"
	case Result{400, "01"}:
		return "Invalid Field Format {}"
	case Result{400, "02"}:
		return "Invalid Mandatory Field {}"
	case Result{401, "00"}:
		return "Unauthorized. {}"
	case Result{401, "01"}:
		return "Invalid Token (B2B)"
	case Result{401, "03"}:
		return "Token Not Found (B2B)"
	case Result{403, "00"}:
		return "Transaction Expired"
	case Result{403, "02"}:
		return "Exceeds Transaction Amount Limit"
	case Result{403, "03"}:
		return "Suspected Fraud"
	case Result{403, "06"}:
		return "Feature Not Allowed At This Time. {}"
	case Result{404, "00"}:
		return "Invalid Transaction Status"
	case Result{404, "01"}:
		return "Transaction Not Found"
	case Result{404, "04"}:
		return "Transaction Cancelled"
	case Result{404, "08"}:
		return "Invalid Merchant"
	case Result{404, "12"}:
		return "Invalid Bill/Virtual Account {}"
	case Result{404, "13"}:
		return "Invalid Amount"
	case Result{404, "14"}:
		return "Paid Bill"
	case Result{404, "16"}:
		return "Partner Not Found"
	case Result{404, "18"}:
		return "Inconsistent Request"
	case Result{404, "19"}:
		return "Invalid Bill/Virtual Account"
	}
	return resultsBySystem(r)
}

func resultsBySystem(r Result) string {
	switch r {
	case Result{405, "00"}:
		return "Requested Function Is Not Supported"
	case Result{409, "00"}:
		return "Conflict"
	case Result{409, "01"}:
		return "Duplicate partnerReferenceNo"
	case Result{429, "00"}:
		return "Too Many Requests"
	case Result{500, "01"}:
		return "Internal Server Error"
	case Result{500, "02"}:
		return "External Server Error"
	case Result{504, "00"}:
		return "Timeout"
	}
	return "General Error"
}

// Answer makes the status of a result for a service. About names the field or reason for the
// results that have one ("Invalid Field Format {amount.value}" is written without braces).
func Answer(s Service, r Result, about string) Status {
	text := strings.TrimSpace(strings.Replace(results(r), "{}", about, 1))
	return Status{Code{r.HTTP, s, r.Case}.String(), text}
}

// Failure is a refusal that a receiver answers with. It is an error so that checks can return
// it; Reason is for the log and may be shown to the partner.
type Failure struct {
	Result
	Reason string
}

func (f *Failure) Error() string {
	return fmt.Sprintf("snap: %d %s %s", f.HTTP, f.Case, strings.Replace(results(f.Result), "{}", f.Reason, 1))
}

// Refuse makes a [Failure].
func Refuse(http int, code, reason string) *Failure {
	return &Failure{Result{http, code}, reason}
}
