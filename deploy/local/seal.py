"""The company's seal of a local installation: made once, by an authority of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime

from deploy.local.home import Home, write_private
from services.contracts.documents.seals import make_seal

COMPANY = "渠成演示软件有限公司"


def seal_settings(home: Home) -> Mapping[str, str]:
    """What contracts is told of the company and its seal."""
    certificate, key = home.secrets / "seal-certificate.pem", home.secrets / "seal-key.pem"
    if not key.exists():
        made = make_seal(COMPANY, now=datetime.now(UTC))
        write_private(certificate, made.certificates)
        write_private(key, made.key)
    return {
        "MILLRACE_CONTRACTS_COMPANY": COMPANY,
        "MILLRACE_CONTRACTS_SEAL_CERTIFICATE_FILE": str(certificate),
        "MILLRACE_CONTRACTS_SEAL_KEY_FILE": str(key),
    }
