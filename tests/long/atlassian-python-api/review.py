"""Pull requests from creation to merge through atlassian-python-api. Prints what the client saw, as one JSON object."""

import json
import os

from atlassian.bitbucket import Cloud
from requests import HTTPError

cloud = Cloud(os.environ["PAIL_URL"], username=os.environ["EMAIL"], password=os.environ["TOKEN"])
repository = cloud.repositories.get(os.environ["WORKSPACE"], os.environ["REPOSITORY"])
tip = os.environ["TIP"]
reviewer = os.environ["REVIEWER"]
seen = {}


def refusal(call):
    """The status and the message of what is refused."""
    try:
        call()
    except HTTPError as error:
        return [error.response.status_code, str(error)]
    return None


reviewers = repository.default_reviewers
seen["default_reviewer_added"] = reviewers.add(reviewer).uuid
seen["default_reviewers"] = [each.uuid for each in reviewers.each()]
seen["default_reviewer_is"] = reviewers.get(reviewer).display_name

# It sends null for what is not given.
least = repository.pullrequests.create("Least", "least")
seen["least"] = [least.is_open, least.description, least.close_source_branch, least.destination_branch]

one = repository.pullrequests.create(
    "Topic",
    "topic",
    destination_branch="main",
    description="*Why*",
    close_source_branch=True,
    reviewers=[reviewer],
)
again = repository.pullrequests.create("Topic", "topic", description="Why not", reviewers=[reviewer])
seen["again_is_the_same"] = again.id == one.id
seen["created"] = [one.title, one.description, one.source_branch, one.source_commit, one.close_source_branch]
seen["created_on_is_a_time"] = one.created_on.tzinfo is not None and one.updated_on >= one.created_on
seen["author"] = one.author.nickname
seen["reviewers"] = [each.uuid for each in one.reviewers()]
seen["participants"] = [[each.user.uuid, each.is_reviewer, each.has_approved] for each in one.participants()]
seen["listed"] = [each.title for each in repository.pullrequests.each(sort="-title")]
seen["filtered"] = [each.id for each in repository.pullrequests.each(q='source.branch.name = "topic"')] == [one.id]

seen["diff_has_line"] = "\n+two\n" in one.diff()
seen["patch_subject"] = [line for line in one.patch().split("\n") if line.startswith("Subject:")]
seen["diffstat"] = [[each.new.path, each.lines_added, each.lines_removed] for each in one.diffstat()]
seen["has_conflict"] = one.has_conflict
seen["commits"] = [each.hash for each in one.commits]

commit = repository.commits.get(tip)
commit.add_build("build", url="https://ci.example.test/1", state="SUCCESSFUL")
seen["builds"] = [[each.key, each.successful, each.commit] for each in one.builds()]
seen["of_commit"] = [each.id for each in commit.get_pull_requests()] == [one.id]

one.comment("First")
[comment] = one.comments()
comment.update(content={"raw": "Second"})
seen["comments"] = [[each.raw, each.user.nickname] for each in one.comments(sort="created_on")]
comment.delete()

task = one.add_task("Do it")
seen["task"] = [task.description, task.is_resolved, task.creator.nickname]
task.update("Do that")
seen["tasks"] = [each.description for each in one.tasks()]
task.delete()
seen["tasks_after"] = [each.id for each in one.tasks()]

seen["approved"] = one.approve()["approved"]
one.unapprove()
seen["changes_requested"] = one.request_changes()["state"]
one.unrequest_changes()
seen["participants_after"] = [
    each.user.nickname for each in repository.pullrequests.get(one.id).participants() if each.has_approved
]

seen["unknown"] = refusal(lambda: repository.pullrequests.get(4711))[0]
seen["no_branch"] = refusal(lambda: repository.pullrequests.create("No", "nowhere"))

seen["declined"] = least.decline()["state"]
# It was read when it was open, so the client asks the server.
seen["declined_again"] = refusal(least.decline)
seen["is_declined"] = repository.pullrequests.get(least.id).is_declined

merged = one.merge(merge_strategy=one.MERGE_SQUASH)
seen["merged"] = [merged["state"], merged["merge_commit"]["hash"]]
seen["is_merged"] = repository.pullrequests.get(one.id).is_merged

# It sends null for the strategy.
other = repository.pullrequests.create("Other", "other")
seen["merged_by_default"] = other.merge()["state"]

reviewers.get(reviewer).delete()
seen["default_reviewers_after"] = [each.uuid for each in reviewers.each()]
print(json.dumps(seen))
