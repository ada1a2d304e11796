package problem

// Failures of the cloud directory.
const (
	TenantNoPrincipal Code = "tenant.no-principal"
	TenantName        Code = "tenant.name"
	TenantCredential  Code = "tenant.credential"
	TenantDates       Code = "tenant.dates"
	TenantNoIssuing   Code = "tenant.no-issuing"

	TenantNoCredential Code = "tenant.no-credential"
)

func tenantRows() []Entry {
	return []Entry{
		{
			Code: TenantNoPrincipal, Title: "The tenant has no such service principal",
			Cause:  "No application of the tenant has the application id, object id or name that was given.",
			Remedy: "List what there is and copy the id: Get-MsolServicePrincipal | Format-Table DisplayName,AppPrincipalId,ObjectId",
		},
		{
			Code: TenantName, Title: "A service principal can not have that name",
			Cause:  "The names of an application are its own id, alone and followed by a slash and a host name; every name belongs to one application.",
			Remedy: "Read the list, add to it and write it back: $p = Get-MsolServicePrincipal -AppPrincipalId ID; $p.ServicePrincipalNames.Add(\"ID/host\"); Set-MsolServicePrincipal -AppPrincipalId ID -ServicePrincipalNames $p.ServicePrincipalNames",
		},
		{
			Code: TenantCredential, Title: "The credential can not be used",
			Cause:  "A service principal proves itself with the certificate its server signs tokens with: -Type Asymmetric -Usage Verify, and -Value the Base64 text of the certificate's raw bytes.",
			Remedy: "Load the exported certificate and pass its bytes on: $c = New-Object System.Security.Cryptography.X509Certificates.X509Certificate; $c.Import(\"C:\\Certificates\\Office365.cer\"); New-MsolServicePrincipalCredential -AppPrincipalId ID -Type Asymmetric -Usage Verify -Value ([System.Convert]::ToBase64String($c.GetRawCertData()))",
		},
		{
			Code: TenantNoCredential, Title: "The service principal has no such key",
			Cause:  "The key id is misspelt, or the key has been removed already.",
			Remedy: "List the keys and copy the KeyId: Get-MsolServicePrincipalCredential -AppPrincipalId ID -ReturnKeyValues $false",
		},
		{
			Code: TenantDates, Title: "The dates of a credential are refused",
			Cause:  "A credential begins today or later, ends after it begins, and lives for a year at most, however long the certificate does. Dates are month/day/year.",
			Remedy: "Leave both dates out to get one year from today, or give -StartDate (Get-Date) -EndDate (Get-Date).AddYears(1)",
		},
		{
			Code: TenantNoIssuing, Title: "This version issues no tokens for the cloud",
			Cause:      "The cloud directory publishes its metadata document and keeps service principals and their keys, but has no token endpoint yet.",
			Remedy:     "Pair the two servers directly: New-CsPartnerApplication -Identity Exchange -ApplicationTrustLevel Full -MetadataUrl https://autodiscover.DOMAIN/autodiscover/metadata/json/1",
			HTTPStatus: 501, Public: true,
		},
	}
}
