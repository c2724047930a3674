package footprint

import "strings"

// What a rule is made of, as parameters of New-TransportRule. A condition may also stand as an exception.
// https://learn.microsoft.com/powershell/module/exchangepowershell/new-transportrule
const (
	ruleSettings = `
	Name Comments Mode Priority ActivationDate ExpiryDate DlpPolicy SetAuditSeverity RuleErrorAction RuleSubType SenderAddressLocation
	RecipientAddressType UseLegacyRegex StopRuleProcessing`
	ruleConditions = `
	ADComparisonAttribute ADComparisonOperator AnyOfCcHeader AnyOfCcHeaderMemberOf AnyOfRecipientAddressContainsWords
	AnyOfRecipientAddressMatchesPatterns AnyOfToCcHeader AnyOfToCcHeaderMemberOf AnyOfToHeader AnyOfToHeaderMemberOf AttachmentContainsWords
	AttachmentExtensionMatchesWords AttachmentHasExecutableContent AttachmentIsPasswordProtected AttachmentIsUnsupported
	AttachmentMatchesPatterns AttachmentNameMatchesPatterns AttachmentProcessingLimitExceeded AttachmentPropertyContainsWords
	AttachmentSizeOver BetweenMemberOf1 BetweenMemberOf2 ContentCharacterSetContainsWords From FromAddressContainsWords
	FromAddressMatchesPatterns FromMemberOf FromScope HasClassification HasNoClassification HasSenderOverride HeaderContainsMessageHeader
	HeaderContainsWords HeaderMatchesMessageHeader HeaderMatchesPatterns ManagerAddresses ManagerForEvaluatedUser
	MessageContainsDataClassifications MessageSizeOver MessageTypeMatches RecipientADAttributeContainsWords
	RecipientADAttributeMatchesPatterns RecipientAddressContainsWords RecipientAddressMatchesPatterns RecipientDomainIs RecipientInSenderList
	SCLOver SenderADAttributeContainsWords SenderADAttributeMatchesPatterns SenderDomainIs SenderInRecipientList SenderIpRanges
	SenderManagementRelationship SentTo SentToMemberOf SentToScope SubjectContainsWords SubjectMatchesPatterns SubjectOrBodyContainsWords
	SubjectOrBodyMatchesPatterns WithImportance`
	ruleActions = `
	AddManagerAsRecipientType AddToRecipients ApplyClassification ApplyHtmlDisclaimerFallbackAction ApplyHtmlDisclaimerLocation
	ApplyHtmlDisclaimerText ApplyOME ApplyRightsProtectionCustomizationTemplate ApplyRightsProtectionTemplate BlindCopyTo CopyTo DeleteMessage
	Disconnect GenerateIncidentReport GenerateNotification IncidentReportContent IncidentReportOriginalMail LogEventText
	ModerateMessageByManager ModerateMessageByUser NotifySender PrependSubject Quarantine RedirectMessageTo RejectMessageEnhancedStatusCode
	RejectMessageReasonText RemoveHeader RemoveOME RemoveOMEv2 RemoveRMSAttachmentEncryption RouteMessageOutboundConnector
	RouteMessageOutboundRequireTls SetHeaderName SetHeaderValue SetSCL SmtpRejectMessageRejectStatusCode SmtpRejectMessageRejectText`
)

// ruleParameters lists the parameters of New-TransportRule in the order in which they are written.
func ruleParameters() []string {
	settings, conditions := strings.Fields(ruleSettings), strings.Fields(ruleConditions)
	all := append(settings, conditions...)
	for _, c := range conditions {
		all = append(all, "ExceptIf"+c)
	}
	return append(all, strings.Fields(ruleActions)...)
}
