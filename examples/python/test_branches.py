import pytest
import requests


@pytest.fixture
def session(pail):
    with requests.Session() as session:
        session.auth = (pail.email, pail.token)
        yield session


def create_branch(session, pail, name):
    url = f"{pail.api_url}/repositories/team/site/refs/branches"
    return session.post(url, json={"name": name, "target": {"hash": "main"}}).status_code


# Either would find the other's branch, if the fixture did not reset.
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_branch_is_new(session, pail, attempt):
    assert create_branch(session, pail, "feature") == 201
    assert create_branch(session, pail, "feature") == 400


def test_an_outage_passes(session, pail):
    pail.control("POST", "/faults", {"route": "/2.0/repositories/**", "status": 503, "times": 1})
    assert create_branch(session, pail, "feature") == 503
    assert create_branch(session, pail, "feature") == 201


def test_a_token_expires(session, pail):
    pail.control("POST", "/clock/advance", {"by": "31d"})
    assert create_branch(session, pail, "feature") == 401
