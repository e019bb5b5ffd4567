"""How a bucket is named, which keys it takes, and which addresses are out in the world."""

from __future__ import annotations

import json

import pytest

from assay.server.domain import homes
from assay.server.domain.buckets import check_keys, check_region, parse_address
from assay.server.domain.networks import is_public
from assay.wire.errors import InvalidRequest

ACCOUNT = {"type": "service_account", "client_email": "a@b", "private_key": "k", "private_key_id": "1"}


@pytest.mark.parametrize("text", ["s3://my-bucket", "gs://my_bucket/a/b", "az://container/x.y=z", " s3://my-bucket/ "])
def test_a_bucket_has_an_address(text: str) -> None:
    assert parse_address(text) == text.strip().rstrip("/")


@pytest.mark.parametrize(
    "text",
    ["", "s3://", "s3:///prefix", "https://bucket", "file:///etc", "s3://user@bucket", "s3://bucket:80", "s3://bu/../x",
     "s3://bucket/../other", "s3://bucket/a//b", "s3://bucket/a?x=1", "s3://bucket#f", "s3://Bucket", "s3://b\u00fccket",
     "s3://bucket/%2e%2e", "s3://bucket/a b", "s3://bucket/a\nb", "az://.hidden", "s3://" + "x" * 80],
)  # fmt: skip
def test_what_is_no_address_of_a_bucket_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="names no bucket"):
        parse_address(text)


@pytest.mark.parametrize("region", ["", "evil.com/", "us east", "us-east-1.evil.com#", "US", "x" * 50])
def test_a_region_cannot_lead_to_another_host(region: str) -> None:
    with pytest.raises(InvalidRequest, match="region"):
        check_region("s3://bucket", region)


def test_regions_and_keys_that_are_right_pass() -> None:
    check_region("s3://bucket", "eu-central-1")
    check_region("az://container", "")
    assert check_keys("s3://b", {"access_key_id": "A", "secret_access_key": "S"}) == {
        "access_key_id": "A",
        "secret_access_key": "S",
    }


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("s3://b", {"access_key_id": "A"}), ("s3://b", {"access_key_id": "A", "secret_access_key": ""}),
        ("s3://b", {"access_key_id": "A", "secret_access_key": "S", "endpoint": "http://127.0.0.1"}),
        ("az://b", {"account_name": "evil.example/", "account_key": "SECRET"}), ("gs://b", {"service_account": "SECRET"}),
        ("gs://b", {"service_account": '{"client_email": "SECRET"}'}), ("gs://b", {"service_account": "[]"}),
        ("s3://b", {"access_key_id": "A", "secret_access_key": "SECRET" * 9_000}),
    ],
)  # fmt: skip
def test_keys_that_a_bucket_does_not_take_are_refused_unquoted(address: str, keys: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as told:
        check_keys(address, keys)
    assert "SECRET" not in str(told.value)


def test_a_key_file_cannot_say_where_to_ask() -> None:
    text = json.dumps(
        {**ACCOUNT, "gcs_base_url": "http://169.254.169.254", "disable_oauth": True, "token_uri": "http://10.0.0.1"}
    )
    assert json.loads(check_keys("gs://b", {"service_account": text})["service_account"]) == ACCOUNT


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_addresses_out_in_the_world(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::", "ff02::1", "localhost", "", "1.2.3"],
)  # fmt: skip
def test_addresses_that_are_not(address: str) -> None:
    assert not is_public(address)


def test_a_space_says_which_place_it_is_in() -> None:
    assert [homes.bucket_of(space) for space in ("entity-7", "bucket-7", "run-3", "run-3.bucket-12")] == [0, 7, 0, 12]
    for home in (7, -7):
        assert homes.home_in(homes.space_of(home)) == home
        assert homes.is_artifact_space(homes.space_of(home))
    assert (homes.home_of(5, 0), homes.home_of(5, 9)) == (5, -9)
    assert (homes.run_space(3), homes.run_space(3, 12)) == ("run-3", "run-3.bucket-12")
    assert not homes.is_artifact_space(homes.run_space(3, 12))
