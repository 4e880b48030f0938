"""Byte-exact vectors: what each partner's file holds of one person, and of a removal."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.domain.expressions import array, macro, named, text
from cdp_pipeline.domain.partners import PARTNERS, partner_of
from cdp_pipeline.domain.partners.google import UNDOTTED as GOOGLE_UNDOTTED
from cdp_pipeline.domain.partners.google import address
from cdp_pipeline.domain.partners.meta import name, place, telephone
from cdp_pipeline.domain.partners.partner import harmless, sha256, sha256_base64
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

BASE = {"name": "d", "description": "d", "segments": ["s"], "channel": "email", "purposes": ["p"]}
SETTINGS: dict[str, dict[str, Any]] = {
    "microsoft_customer_list": {"audience_id": 42, "audience_name": "Travellers"},
    "braze_subscription_group": {"subscription_group_id": "group-1"},
}
PERSON = (
    "select '00ff00ff00ff00ff' as published_id, 'Zoë' as given_name, 'D''Arc-Müller' as family_name, "
    "date '1987-03-09' as birth_date, 'f' as gender, 'Zo.E+news@Gmail.com' as email, '+33612345678' as phone, "
    "'1 rue X' as street, '69002' as postcode, 'Saint-Étienne' as city, 'Auvergne-Rhône-Alpes' as region, 'FR' as country, "
    "'fr' as language, timestamp '2026-03-01 10:00:00' as consented_at"
)


def _hex(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _base64(value: str) -> str:
    return base64.b64encode(hashlib.sha256(value.encode()).digest()).decode()


EXPECTED = {
    "google_customer_match": "Email,Phone,First Name,Last Name,Country,Zip\n"
    f"{_hex('zoe@gmail.com')},{_hex('+33612345678')},{_hex('zoë')},{_hex(chr(100) + chr(39) + 'arc-müller')},FR,69002\n",
    "meta_custom_audience": "EXTERN_ID,EMAIL,PHONE,GEN,DOBY,DOBM,DOBD,LN,FN,FI,CT,ST,ZIP,MADID,COUNTRY\n"
    f"00ff00ff00ff00ff,{_hex('zo.e+news@gmail.com')},{_hex('33612345678')},{_hex('f')},{_hex('1987')},{_hex('03')},{_hex('09')},"
    f"{_hex('darcmüller')},{_hex('zoë')},{_hex('z')},{_hex('saintetienne')},{_hex('auvergnerhonealpes')},{_hex('69002')},,{_hex('fr')}\n",
    "linkedin_matched_audience": "email,firstname,lastname,jobtitle,employeecompany,country,googleaid\n"
    f"{_hex('zo.e+news@gmail.com')},Zoë,D'Arc-Müller,,,FR,\n",
    "tiktok_customer_file": "Email_SHA256,Phone_SHA256,MAID_SHA256\n"
    f"{_hex('zo.e+news@gmail.com')},{_hex('+33612345678')},\n",
    "microsoft_customer_list": "Type,Status,Id,Parent Id,Client Id,Modified Time,Name,Description,Scope,Audience,Action Type,Sub Type,Text\n"
    f"Customer List Item,,,42,,,,,,,,Email,{_hex('zo.e+news@gmail.com')}\n",
    "trade_desk_euid": f"email_hash,phone_hash\n{_base64('zoe@gmail.com')},{_base64('+33612345678')}\n",
    "salesforce_marketing_cloud": "SubscriberKey,EmailAddress,FirstName,LastName,Locale\n"
    "00ff00ff00ff00ff,Zo.E+news@Gmail.com,Zoë,D'Arc-Müller,fr\n",
    "braze_subscription_group": "external_id,first_name,email,email_subscribe,push_subscribe,subscription_group_id,subscription_state\n"
    "00ff00ff00ff00ff,Zoë,Zo.E+news@Gmail.com,,,group-1,subscribed\n",
    "klaviyo_list": "Email,Phone Number,First Name,Last Name,Email Marketing Consent,Email Marketing Consent Timestamp\n"
    "Zo.E+news@Gmail.com,+33612345678,Zoë,D'Arc-Müller,SUBSCRIBED,2026-03-01\n",
}  # fmt: skip
REMOVED = {
    "google_customer_match": EXPECTED["google_customer_match"],
    "meta_custom_audience": f"EXTERN_ID,EMAIL,PHONE\n00ff00ff00ff00ff,{_hex('zo.e+news@gmail.com')},{_hex('33612345678')}\n",
    "linkedin_matched_audience": f"email\n{_hex('zo.e+news@gmail.com')}\n",
    "tiktok_customer_file": f"Email_SHA256,Phone_SHA256\n{_hex('zo.e+news@gmail.com')},{_hex('+33612345678')}\n",
    "microsoft_customer_list": EXPECTED["microsoft_customer_list"],
    "trade_desk_euid": EXPECTED["trade_desk_euid"],
    "salesforce_marketing_cloud": "SubscriberKey,Action\n00ff00ff00ff00ff,Delete\n",
    "braze_subscription_group": "external_id,subscription_group_id,subscription_state\n00ff00ff00ff00ff,group-1,unsubscribed\n",
    "klaviyo_list": "Email\nZo.E+news@Gmail.com\n",
}


def _destination(name: str) -> Destination:
    return Destination.model_validate({**BASE, "format": name, **SETTINGS.get(name, {})})


@pytest.mark.parametrize("partner", sorted(EXPECTED))
def test_a_file_is_as_the_partner_documents_it(session: DuckDBSession, tmp_path: Path, partner: str) -> None:
    session.stage("person", parse(PERSON))
    destination = _destination(partner)
    columns = partner_of(destination).columns(destination)
    path = tmp_path / "add.csv"
    session.export_private(
        exp.select(*(named(value, header) for header, value in columns.items())).from_("person"), path
    )
    assert path.read_bytes() == EXPECTED[partner].encode()
    session.stage(
        "held", exp.select(*(named(columns[header], header) for header in partner_of(destination).kept)).from_("person")
    )
    removed = partner_of(destination).removed(destination)
    session.export_private(exp.select(*(named(value, header) for header, value in removed.items())).from_("held"), path)
    assert path.read_bytes() == REMOVED[partner].encode()


def test_every_partner_has_its_vector() -> None:
    assert {*EXPECTED, "personalisation_feed"} == set(PARTNERS)


def _value(session: DuckDBSession, value: exp.Expr) -> object:
    return session.rows(exp.select(value))[0][0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [  # published by the partners
        (sha256_base64(text("user@example.com")), "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ="),
        (sha256(text("user@example.com")), "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"),
        (sha256_base64(text("+12345678901")), "EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4="),
        (sha256(text("john_smith@gmail.com")), "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
        # and of each normaliser
        (address(text(" Jane.Doe+x @Googlemail.com")), "janedoe@googlemail.com"),
        (address(text("Jane.Doe+x@example.com")), "jane.doe+x@example.com"),
        (macro("undotted", text("jane.doe+x@googlemail.com"), array(("gmail.com",))), "jane.doe+x@googlemail.com"),
        (macro("undotted", text("jane.doe+x@gmail.com"), array(GOOGLE_UNDOTTED)), "janedoe@gmail.com"),
        (telephone(text("+44 20 7946 0958")), "442079460958"),
        (name(text(" Jean-François O'Brien ")), "jeanfrançois obrien"),
        (name(text("Ame\u0301lie")), "amélie"),
        (place(text("Saint-Étienne")), "saintetienne"),
        (sha256(text("")), None),
        (sha256_base64(exp.null()), None),
        (harmless(text("=cmd")), "'=cmd"),
        (harmless(text("Anne")), "Anne"),
    ],
)
def test_normalisers_give_the_published_values(session: DuckDBSession, value: exp.Expr, expected: str | None) -> None:
    assert _value(session, value) == expected
