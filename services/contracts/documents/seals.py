"""The company's seal (合同章) as a certificate and its key: read from settings, or made for a local installation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chassis.settings import Environment

_LIFE = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationery:
    """Who the company is on its papers, and its seal: a chain of certificates and the key of the first, in PEM."""

    company: str = ""
    certificates: str = ""
    key: str = field(default="", repr=False)

    @property
    def has_seal(self) -> bool:
        """Whether papers can be sealed."""
        return bool(self.certificates and self.key)

    @classmethod
    def read(cls, values: Mapping[str, str]) -> "Stationery":
        """Read the settings; raises SettingsWrong."""
        env = Environment(values)
        stationery = cls(
            company=env.text("MILLRACE_CONTRACTS_COMPANY", "", means="the company's legal name, the seller (乙方)"),
            certificates=env.text(
                "MILLRACE_CONTRACTS_SEAL_CERTIFICATE",
                "",
                means="the certificate of the company's seal (合同章) and those above it, in PEM",
            ),
            key=env.text("MILLRACE_CONTRACTS_SEAL_KEY", "", means="the key of the company's seal, in PEM"),
        )
        env.check()
        return stationery


def make_seal(company: str, *, now: datetime) -> Stationery:
    """A seal below an authority of its own, for ten years: for trying out, and where no other authority is needed."""
    authority_key, seal_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name, seal_name = _name(company, f"{company} CA"), _name(company, f"{company} 合同专用章")
    authority = (
        _certificate(authority_name, authority_name, authority_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    seal = (
        _certificate(seal_name, authority_name, seal_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key = seal_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Stationery(
        company=company,
        certificates="".join(each.public_bytes(pem).decode() for each in (seal, authority)),
        key=key.decode(),
    )


def _name(company: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, company),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # An hour of grace: clocks of those who check may stand behind ours.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
