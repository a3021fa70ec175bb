package snap

// TokenRequest asks for an access token (service 73).
type TokenRequest struct {
	GrantType string `json:"grantType"` // "client_credentials"
}

// TokenResponse carries an access token.
type TokenResponse struct {
	Status
	AccessToken string `json:"accessToken,omitempty"`
	TokenType   string `json:"tokenType,omitempty"` // "Bearer"
	ExpiresIn   string `json:"expiresIn,omitempty"` // seconds, as a string: "900"
}

// GenerateRequest asks for a dynamic QRIS code (service 47).
type GenerateRequest struct {
	PartnerReferenceNo string            `json:"partnerReferenceNo"` // at most 64, unique at the partner
	Amount             Amount            `json:"amount"`
	FeeAmount          *Amount           `json:"feeAmount,omitempty"`
	MerchantID         string            `json:"merchantId"`
	StoreID            string            `json:"storeId,omitempty"`
	TerminalID         string            `json:"terminalId,omitempty"`
	ValidityPeriod     string            `json:"validityPeriod,omitempty"` // a time stamp
	AdditionalInfo     map[string]string `json:"additionalInfo,omitempty"`
}

// GenerateResponse carries the code.
type GenerateResponse struct {
	Status
	ReferenceNo        string `json:"referenceNo,omitempty"` // the acquirer's
	PartnerReferenceNo string `json:"partnerReferenceNo,omitempty"`
	QRContent          string `json:"qrContent,omitempty"` // the payload that package qris reads
	MerchantName       string `json:"merchantName,omitempty"`
	StoreID            string `json:"storeId,omitempty"`
	TerminalID         string `json:"terminalId,omitempty"`
}

// QueryRequest asks what became of a code (service 51).
type QueryRequest struct {
	OriginalReferenceNo        string `json:"originalReferenceNo,omitempty"`
	OriginalPartnerReferenceNo string `json:"originalPartnerReferenceNo"`
	ServiceCode                string `json:"serviceCode"` // "47"
	MerchantID                 string `json:"merchantId,omitempty"`
}

// QueryResponse says what became of a code.
type QueryResponse struct {
	Status
	OriginalReferenceNo        string  `json:"originalReferenceNo,omitempty"`
	OriginalPartnerReferenceNo string  `json:"originalPartnerReferenceNo,omitempty"`
	OriginalExternalID         string  `json:"originalExternalId,omitempty"`
	ServiceCode                string  `json:"serviceCode,omitempty"`
	LatestTransactionStatus    string  `json:"latestTransactionStatus,omitempty"`
	TransactionStatusDesc      string  `json:"transactionStatusDesc,omitempty"`
	PaidTime                   string  `json:"paidTime,omitempty"`
	Amount                     *Amount `json:"amount,omitempty"`
	TerminalID                 string  `json:"terminalId,omitempty"`

	AdditionalInfo map[string]string `json:"additionalInfo,omitempty"`
}

// Notification tells the partner of a payment (service 52). Its answer is a [Status].
type Notification struct {
	OriginalReferenceNo        string            `json:"originalReferenceNo"`
	OriginalPartnerReferenceNo string            `json:"originalPartnerReferenceNo"`
	OriginalExternalID         string            `json:"originalExternalId,omitempty"`
	LatestTransactionStatus    string            `json:"latestTransactionStatus"`
	TransactionStatusDesc      string            `json:"transactionStatusDesc,omitempty"`
	CustomerNumber             string            `json:"customerNumber,omitempty"`
	Amount                     Amount            `json:"amount"`
	ExternalStoreID            string            `json:"externalStoreId,omitempty"`
	AdditionalInfo             map[string]string `json:"additionalInfo,omitempty"`
}

// RefundRequest asks to give a payment back to where it came from (service 78).
type RefundRequest struct {
	MerchantID                 string            `json:"merchantId"`
	OriginalPartnerReferenceNo string            `json:"originalPartnerReferenceNo"`
	OriginalReferenceNo        string            `json:"originalReferenceNo,omitempty"`
	PartnerRefundNo            string            `json:"partnerRefundNo"` // at most 64; the same again is the same return
	RefundAmount               Amount            `json:"refundAmount"`
	Reason                     string            `json:"reason"` // at most 256
	AdditionalInfo             map[string]string `json:"additionalInfo,omitempty"`
}

// RefundResponse says under which number a payment went back. Acquirers differ in which of the two
// numbers of theirs they give.
type RefundResponse struct {
	Status
	OriginalPartnerReferenceNo string  `json:"originalPartnerReferenceNo,omitempty"`
	OriginalReferenceNo        string  `json:"originalReferenceNo,omitempty"`
	RefundNo                   string  `json:"refundNo,omitempty"`
	ReferenceNo                string  `json:"referenceNo,omitempty"`
	PartnerRefundNo            string  `json:"partnerRefundNo,omitempty"`
	RefundAmount               *Amount `json:"refundAmount,omitempty"`
	RefundTime                 string  `json:"refundTime,omitempty"`
}

// Keys of additionalInfo in service 51, 52 and (the second) 78: when the customer paid (a time stamp) and the
// acquirer's number of that payment (its retrieval reference number), which tells a payment that
// is reported again from a second one.
const (
	PaidTimeKey = "paidTime"
	ReceiptKey  = "rrn"
)
