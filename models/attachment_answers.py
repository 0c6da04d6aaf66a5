"""What is shown of stored files."""

from __future__ import annotations

from pydantic import Field

from models.answers import Answer, Named, PetitionDetail, Progress, Shown


class AttachmentView(Answer):
    """A stored file; its content is at its own address."""

    id: str
    purpose: Named
    name: str = Field(description="显示和保存用的文件名；后缀按内容，不按上传时的名称")
    kind: str = Field(description="按内容认定的种类：jpeg、png、webp、pdf")
    size: int = Field(description="留存文件的字节数")
    sha256: str = Field(description="上传的原文件的 SHA-256")
    kept_sha256: str = Field(description="留存文件的 SHA-256；照片去掉了位置等拍摄信息，与原文件不同")
    width: int | None = Field(description="像素；文档为空")
    height: int | None
    added_at: Shown
    added_role: str
    added_unit: Named | None
    has_thumbnail: bool


class Attachments(Answer):
    """The files of one petition that the caller may look at, oldest first."""

    case_number: str
    items: list[AttachmentView]
    allowed_actions: list[str]


class Attached(PetitionDetail):
    """The petition, with the file that was added."""

    attachment_id: str
    sha256: str


class AttachedByCode(Progress):
    """The public side of a petition, with the file that was added."""

    attachment_id: str
    sha256: str
